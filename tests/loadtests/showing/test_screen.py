"""What people see of a load in a log: a line every ten seconds while it runs, and its figures at the end."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from foundation import slo
from loadtests import commands
from loadtests.judging.measurements import FirstFailure, Measurements
from loadtests.planning.arrivals import Stream
from loadtests.planning.job import Job
from loadtests.planning.locustfile import CLOSED, Locust
from loadtests.recording import left_out
from loadtests.recording.progress import Note, Progress
from loadtests.showing import screen
from tests.loadtests import made

JOB = Job(
    run="r", target="http://entry", journeys="journeys.py", streams=(Stream(journey="order"),),
    rate=60.0, duration=60.0, seed=7, output="out",
)  # fmt: skip


def line(second: int, p99_ms: float | None, width: int = 120) -> str:
    output = io.StringIO()
    now = Progress(
        second=second, wanted=60, reached=58, in_flight=3, p50_ms=p99_ms, p99_ms=p99_ms, errors=1,
        attempt_errors=0, turned_away=2,
    )  # fmt: skip
    with screen.live(Console(file=output, width=width), JOB) as listen:
        listen(now)
    return output.getvalue().strip()


@pytest.mark.parametrize(("p99_ms", "told"), [(12.34, "12.3 ms"), (None, "not yet known")])
def test_a_line_tells_of_its_last_second(p99_ms: float | None, told: str) -> None:
    expected = f"10 s of 60, in the last: 58 of 60 arrivals, p99 {told}, 1 errors, 2 turned away"
    assert line(10, p99_ms) == expected


def test_a_line_of_a_log_is_no_wider_than_80_columns() -> None:
    first, second = line(10, 29_864.2, width=1000).splitlines()
    assert len(first) <= 78, "two spaces stand before it"
    assert second == "     away"


def test_nine_seconds_of_ten_say_nothing() -> None:
    assert line(11, 12.3) == ""


def shown(measured: Measurements, *promised: str, width: int = 80) -> list[str]:
    """What stands in a log of so many columns after a run."""
    output = io.StringIO()
    verdict = commands.judged(measured, [slo.parse(text) for text in promised])
    screen.show(Console(file=output, width=width, soft_wrap=True), measured, verdict)
    return [line.rstrip() for line in output.getvalue().splitlines()]


def test_figures_stand_whole_in_a_log_of_80_columns() -> None:
    lines = shown(made.measurements(responses={second: made.all_at(123_456.7) for second in range(60)}))
    (response,) = [line for line in lines if line.startswith("  response")]
    assert response.split() == ["response", "600", *["123,480"] * 5]
    assert all("…" not in line for line in lines)


def test_what_was_promised_is_told_before_bookkeeping() -> None:
    lines = shown(made.measurements(), "order p90 < 1ms", "errors < 1%")
    marked = [line for line in lines if line.startswith(("  ✓", "  ✗"))]
    assert marked[0] == "  ✗ order p90 < 1ms: 5 ms; of 600 journeys"
    assert marked[1].startswith("  ✓ errors < 1%: 0.000% (0 of 600 journeys)")
    assert "generators ended well" in marked[-7]
    assert lines[-1] == "FAIL  results in out"


@pytest.mark.parametrize(("width", "widest"), [(80, 80), (100, 100), (1000, 80)])
def test_no_sentence_is_wider_than_what_it_is_read_in(width: int, widest: int) -> None:
    failure = FirstFailure(
        kind="order/place: " + "why " * 50, journey="order", second=3, count=9, traceback=""
    )
    left = (replace(made.summary(), surplus=3, left_out={left_out.ON_START: 64}),)
    lines = shown(
        replace(made.measurements(summaries=left), failures=(failure,)), "order p90 < 1ms", width=width
    )
    assert widest - 20 < max(map(len, lines)) <= widest
    at = next(
        number for number, line in enumerate(lines) if line.startswith("  ✗ every answer was asked for")
    )
    assert lines[at + 1].startswith("    "), "the second line of a check stands below its text"


def test_failures_are_told_by_kind_and_what_is_in_no_figure() -> None:
    failure = FirstFailure(
        kind="order/place: [status 500]", journey="order", second=3, count=1_200, traceback=""
    )
    left = (replace(made.summary(), left_out={left_out.ON_START: 64}),)
    lines = shown(replace(made.measurements(summaries=left), failures=(failure,)))
    assert "1,200 x order/place: [status 500] (first in second 3)" in lines
    assert f"in no figure: 64 {left_out.ON_START}" in lines


def test_a_closed_load_says_what_it_cannot_say() -> None:
    closed = replace(made.job(), locust=Locust(model="closed", users=5))
    assert CLOSED in " ".join(map(str.strip, shown(made.measurements(of=closed))))


def test_a_note_is_told_once_it_comes() -> None:
    output = io.StringIO()
    with screen.live(Console(file=output, width=120), JOB) as listen:
        listen(Note(text="wait_time is [ignored]"))
    assert output.getvalue().strip() == "wait_time is [ignored]"
