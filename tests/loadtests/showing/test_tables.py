"""The figures of a load as lines that a log of 80 columns holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from foundation.verdict import Finding, Weight
from loadtests.judging.measurements import Measurements
from loadtests.recording.answers import Answers
from loadtests.recording.histograms import merged
from loadtests.recording.latency_log import Clock
from loadtests.showing import tables
from tests.loadtests import made
from tests.loadtests.made import all_at


def slow() -> Measurements:
    """A million answers of almost a day: the widest figures that there are."""
    times = {0: merged([all_at(80_000_000, 1_000)] * 1_000)}
    answers = {"order": Answers(by_status=Counter({"201": 594, "503": 6}), wrong=6)}
    plain = made.measurements(summaries=(replace(made.summary(), answers=answers),))
    return replace(plain, histograms={("order", Clock.RESPONSE): times, ("order", Clock.SERVICE): times})


def test_no_line_of_figures_is_wider_than_80_columns_and_no_figure_is_cut() -> None:
    lines = list(tables.times(slow()))
    assert max(map(len, lines)) <= 80
    assert "…" not in "".join(lines)
    assert lines[2].split()[:2] == ["response", "1,000,000"]
    assert len(lines[2].split()) == 7
    assert len({len(line) for line in (lines[0], *lines[2:])}) == 1, "figures stand below their names"


def test_the_response_time_comes_first_below_its_series() -> None:
    lines = list(tables.times(slow()))
    assert lines[1] == "order  10/s, 1.00% went wrong: 201 x 594, 503 x 6"
    assert [line.split()[0] for line in lines[2:]] == ["response", "service"]


@pytest.mark.parametrize(
    ("ran", "early", "told"),
    [
        (60, False, "10/s"), (60.9, False, "10/s"), (57, False, "10/s"), (0, False, "10/s"),
        (120, False, "5/s over 120.0 s"), (30.5, True, "19.67/s over 30.5 s"),
        (120, True, "5/s over 120.0 s"), (60.5, True, "10/s"),
    ],
    ids=["the load", "its last answers", "none was due at its end", "unknown", "a drain", "ended early",
         "ended early and drained", "ended at its end"],
)  # fmt: skip
def test_requests_a_second_are_of_the_time_in_which_they_were_made(
    ran: float, early: bool, told: str
) -> None:
    whole = made.summary(interrupted=early)
    answers = {"order": Answers(by_status=Counter({"201": 600}))}
    ended = replace(whole, answers=answers, ended_at=whole.started_at + round(ran * 1e9))
    assert list(tables.times(made.measurements(summaries=(ended,))))[1].startswith(f"order  {told}, ")


def test_a_series_without_requests_of_its_own_is_its_name() -> None:
    assert list(tables.times(made.measurements()))[1] == "order"


def finding(name: str, weight: Weight, *, holds: bool, **more: str) -> Finding:
    return Finding(name=name, weight=weight, holds=holds, **{"expected": "", "observed": "seen", **more})


def test_promises_stand_before_bookkeeping_and_what_is_broken_first() -> None:
    found = tables.judged(
        [
            finding("clock", Weight.VALIDITY, holds=False),
            finding("errors", Weight.OBJECTIVE, holds=True),
            finding("p99", Weight.OBJECTIVE, holds=False),
            finding("orders", Weight.CONSERVATION, holds=True),
        ]
    )
    assert [text.partition(":")[0] for _, text in found] == ["orders", "p99", "errors", "clock"]


def test_a_line_says_what_was_seen_and_what_was_expected_where_it_does_not_hold() -> None:
    broken = finding("ended", Weight.VALIDITY, holds=False, expected="1", observed="0 of 1", reason="killed")
    well = finding(
        "p99 < 1s", Weight.OBJECTIVE, holds=True, expected="p99 < 1s", observed="5 ms", reason="of 600"
    )
    assert list(tables.judged([broken, well])) == [
        (True, "p99 < 1s: 5 ms; of 600"),
        (False, "ended: 0 of 1; expected 1; killed"),
    ]
