"""What is promised without being asked: few errors, something that came through, enough for a percentile."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from foundation.slo import parse
from foundation.verdict import Finding, Status, Weight
from loadtests import commands
from loadtests.judging import implied
from loadtests.judging.measurements import Measurements
from loadtests.planning.locustfile import Locust
from loadtests.recording.answers import Answers
from loadtests.recording.counters import Counters
from tests.loadtests.made import all_at, job, measurements, summary

SECONDS = range(60)


def promises(*written: str, journeys: tuple[str, ...] = ("order", "look")) -> list[str]:
    return [str(each) for each in implied.promised([parse(text) for text in written], journeys)]


def judged(measured: Measurements, *written: str) -> dict[str, Finding]:
    promised = implied.promised([parse(text) for text in written], ["order", "look"])
    verdict = commands.judged(measured, promised)
    return {found.name: found for found in verdict.broken} | {"status": _status(verdict.status)}


def _status(status: Status) -> Finding:
    return Finding(name="", weight=Weight.OBJECTIVE, holds=True, expected="", observed=status)


def each_second(**counts: int) -> dict[int, Counters]:
    return {second: Counters(wanted=10, dispatched=10, done=10, attempts=10, **counts) for second in SECONDS}


# Promises ---------------------------------------------------------------------------------------------------


def test_every_journey_promises_few_errors() -> None:
    assert promises() == ["errors < 1%", "look errors < 1%"]


def test_what_somebody_promised_of_a_journeys_errors_stands() -> None:
    assert promises("errors < 5%", "look p90 < 1s") == ["errors < 5%", "look p90 < 1s", "look errors < 1%"]
    assert promises("order errors < 5%", "look errors < 20%") == ["order errors < 5%", "look errors < 20%"]


def test_attempt_errors_are_another_matter() -> None:
    assert "errors < 1%" in promises("attempt-errors < 5%")


def test_a_report_says_that_nobody_wrote_it() -> None:
    measured = measurements(counters=each_second(failed=10, errors=10))
    found = judged(measured)["errors < 1%"]
    assert found.reason.startswith("promised by default")
    assert found.observed == "100.000% (600 of 600 journeys)"
    assert "by default" not in judged(measured, "errors < 1%")["errors < 1%"].reason


def test_a_journey_that_was_never_due_promises_nothing() -> None:
    assert judged(measurements(), "order p90 < 1s")["status"].observed == Status.PASS


# What came through ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "counts",
    [{"failed": 10, "errors": 10}, {"refused": 10}, {"failed": 10, "shed": 10}],
    ids=["errors", "refused", "shed"],
)
def test_a_load_of_which_nothing_ended_well_is_no_pass(counts: dict[str, int]) -> None:
    found = judged(measurements(counters=each_second(**counts)), "errors < 100%", "look errors < 100%")
    assert found["status"].observed == Status.FAIL
    ended = found["journeys ended well"]
    assert (ended.observed, ended.reason) == ("0 of 600", "none of order")


def test_each_journey_is_asked_for_itself() -> None:
    measured = measurements()
    measured = replace(measured, counters={**measured.counters, "look": each_second(failed=10, errors=10)})
    ended = judged(measured, "look errors < 100%")["journeys ended well"]
    assert (ended.observed, ended.reason) == ("600 of 1,200", "none of look")


def test_one_that_came_through_is_enough_for_that() -> None:
    counters = each_second(refused=10) | {
        7: Counters(wanted=10, dispatched=10, done=10, completed=1, attempts=10)
    }
    assert judged(measurements(counters=counters))["status"].observed == Status.PASS


@pytest.mark.parametrize(
    ("by_status", "reason"),
    [
        ({"404": 9, "503": 3}, "every answer was an error: 404 x 9, 503 x 3"),
        ({"no answer": 2}, "every answer was an error: no answer x 2"),
        ({"400": 1}, "every answer was an error: 400 x 1"),
        ({"404": 900, "200": 1}, ""),
        ({"304": 4}, ""),
        ({"well": 4}, ""),
        ({}, ""),
    ],
)
def test_journeys_that_call_every_error_a_success_are_no_pass(by_status: dict[str, int], reason: str) -> None:
    answers = {"order": Answers(by_status=Counter(by_status)), "order/place": Answers()}
    measured = measurements(summaries=(replace(summary(), answers=answers),))
    assert implied.ended_well(measured).reason == reason
    assert implied.ended_well(measured).holds is (not reason)


# Enough for a percentile ------------------------------------------------------------------------------------


def test_a_percentile_of_too_few_proves_nothing() -> None:
    found = judged(measurements(), "order p99 < 1s")
    assert found["status"].observed == Status.INVALID
    assert (found["enough for order p99"].observed, found["enough for order p99"].expected) == (
        "600",
        "1,000",
    )


def test_a_step_is_counted_for_itself() -> None:
    assert "enough for order/pay p90" in judged(measurements(), "order/pay p90 < 1s")


def test_a_few_fewer_than_expected_are_chance() -> None:
    some = {second: all_at(5, 15) for second in SECONDS}
    assert judged(measurements(responses=some), "order p99 < 1s")["status"].observed == Status.PASS


def test_where_too_many_failed_the_platform_has_failed_not_the_load() -> None:
    counters = each_second(failed=9, errors=9, completed=1)
    few = {second: all_at(5, 1) for second in SECONDS}
    found = judged(measurements(counters=counters, responses=few), "order p95 < 1s")
    assert found["status"].observed == Status.FAIL
    assert found["enough for order p95"].reason == "too many journeys failed before it"


def test_arrivals_that_were_turned_away_are_of_those_that_count() -> None:
    away = {second: Counters(wanted=20, dispatched=10, turned_away=10, done=10, completed=10, attempts=10)
            for second in SECONDS}  # fmt: skip
    measured = measurements(counters=away, summaries=(summary(arrivals=1200),))
    found = judged(measured, "order p99 < 600ms", "errors < 100%")
    assert "enough for order p99" not in found
    assert found["order p99 < 600ms"].observed == "never"
    assert found["order p99 < 600ms"].reason == "of 1,200 journeys, 600 of them turned away"


def test_a_run_that_was_interrupted_is_not_asked_for_more() -> None:
    measured = measurements(summaries=(summary(clean=False, interrupted=True),))
    assert "enough for order p99" not in judged(measured, "order p99 < 1s")


def test_a_closed_load_is_judged_by_its_requests() -> None:
    closed = measurements(of=replace(job(), locust=Locust(model="closed", users=5, spawn_rate=1)))
    assert "enough for order p99" not in judged(closed, "order p99 < 1s")
