"""Errors of a step, and of all journeys together, can be promised as those of a journey can."""

from __future__ import annotations

from dataclasses import replace

from foundation.slo import parse
from foundation.verdict import Finding
from loadtests.judging.objectives import evaluate, unknown_series
from loadtests.recording.counters import Counters
from tests.loadtests.made import measurements

STEPS = {
    "order/place": {
        5: Counters(done=100, attempts=130, attempt_errors=30, errors=2, shed=1),
        30: Counters(done=100, attempts=100, errors=50),
    }
}


def finding(text: str, *faults: float, away: int = 0) -> Finding:
    counters = {0: Counters(wanted=10, dispatched=10 - away, done=10 - away, turned_away=away, errors=1)}
    (found,) = evaluate([parse(text)], replace(measurements(counters=counters), steps=STEPS), faults)
    return found


def test_the_errors_of_a_step_are_of_its_own() -> None:
    found = finding("order/place errors < 30%")
    assert (found.holds, found.observed) == (True, "26.500% (53 of 200 steps)")
    assert found.reason == "1 shed by the platform, attempt-errors 13.043% (30 of 230 requests)"


def test_a_fault_is_left_out_of_a_steps_errors_too() -> None:
    assert finding("order/place errors < 5% outside faults+5s", 30).observed == "3.000% (3 of 100 steps)"


def test_an_arrival_that_was_turned_away_never_came_to_its_steps() -> None:
    assert finding("order/place errors < 30%", away=10).observed == "30.000% (63 of 210 steps)"


def test_attempts_of_a_step_are_its_requests() -> None:
    assert finding("order/place attempt-errors < 1%").observed == "13.043% (30 of 230 requests)"


def test_all_journeys_together_can_be_promised() -> None:
    assert finding("all errors < 1%").observed == "0.167% (1 of 600 journeys)"


def test_a_step_that_was_never_measured_has_kept_no_promise() -> None:
    found = finding("order/pay errors < 1%")
    assert (found.holds, found.observed) == (False, "nothing measured")


def test_only_errors_can_be_promised_of_all() -> None:
    asked = [parse(text) for text in ("all errors < 1%", "all attempt-errors < 1%", "all p99 < 1s")]
    assert [str(found) for found in unknown_series(asked, ["order"])] == ["all p99 < 1s"]
