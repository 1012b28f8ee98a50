"""Capacity in the report: the number with its interval, the knee, what was used up first, every trial."""

from __future__ import annotations

from dataclasses import replace

from loadtests.capacity.search import Capacity, Status
from loadtests.capacity.trials import Observation, Outcome
from peakproof import report
from peakproof.report.sections import capacity
from peakproof.results import CapacityFound
from tests.peakproof.report import reading, samples

FOUND = CapacityFound(
    found=Capacity(
        status=Status.FOUND,
        rate=131.0,
        low=127.0,
        high=135.0,
        observations=(
            Observation(rate=100, outcome=Outcome.HELD, p99=0.12, throughput=99.0),
            Observation(rate=200, outcome=Outcome.BROKE, p99=2.5, throughput=140.0, reasons=("p99: 2.5 s",),
                        saturated="the database's CPU, at 200 orders/s"),
        ),
    ),
    objectives=("place-order p99 < 500ms",),
    saturated="the database's CPU, at 200 orders/s",
)  # fmt: skip
SEARCHED = replace(samples.passed(), capacity=FOUND)


def test_the_number_and_what_was_used_up_first_are_one_sentence() -> None:
    section = capacity.section(SEARCHED)
    assert section is not None
    text = reading.text(section)
    assert (
        "Capacity 131/s (90 %: 127/s to 135/s). Used up first: the database's CPU, at 200 orders/s." in text
    )
    assert "A rate held if place-order p99 < 500ms, and no queue grew" in text
    assert 'id="knee-chart"' in str(section.body)


def test_every_trial_has_its_row_and_those_that_broke_stand_out() -> None:
    section = capacity.section(SEARCHED)
    assert section is not None
    assert len(reading.rows(section)) == 2
    (bad,) = reading.bad_rows(section)
    assert bad[:2] == ["200/s", "broke"]
    assert bad[-1] == "the database's CPU, at 200 orders/s"


def test_a_plan_without_a_search_has_no_such_section() -> None:
    assert capacity.section(samples.passed()) is None
    assert 'id="capacity"' not in report.html(samples.passed())
    assert 'id="capacity"' in report.html(SEARCHED)
