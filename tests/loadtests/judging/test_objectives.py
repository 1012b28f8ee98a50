"""Objectives against figures that are known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from foundation import slo
from foundation.slo import parse
from foundation.verdict import Finding, Weight
from loadtests.judging.objectives import (
    evaluate,
    latency_guard,
    may_shed,
    precise,
    tightest_latency,
    unknown_series,
)
from loadtests.recording.counters import Counters
from loadtests.recording.latency_log import Clock
from tests.loadtests.made import all_at, measurements

FAULT = {second: all_at(800) for second in range(30, 40)}


def finding(text: str, *faults: float, **measured: object) -> Finding:
    (found,) = evaluate([parse(text)], measurements(**measured), faults)  # type: ignore[arg-type]
    return found


def test_a_percentile_below_its_limit_holds() -> None:
    found = finding("order p99 < 6ms")
    assert (found.holds, found.observed, found.reason, found.weight) == (
        True,
        "5 ms",
        "of 600 journeys",
        Weight.OBJECTIVE,
    )


def test_slow_seconds_break_a_percentile() -> None:
    assert not finding("order p99 < 500ms", responses=FAULT).holds


def test_a_faults_window_is_excluded_and_its_own_figure_shown() -> None:
    found = finding("order p99 < 500ms outside faults+10s", 30.0, responses=FAULT)
    assert found.holds
    assert found.observed == "5 ms"
    assert found.reason == "of 500 journeys; within faults+10s: 800 ms"


def test_a_window_takes_every_second_it_touches() -> None:
    """A fault at 30.5 s with 9 s after it touches the seconds 30 to 39."""
    assert finding("order p100 < 500ms outside faults+9s", 30.5, responses=FAULT).holds
    assert not finding("order p100 < 500ms outside faults+8s", 30.5, responses=FAULT).holds


def test_without_a_fault_nothing_is_excluded() -> None:
    assert not finding("order p99 < 500ms outside faults+10s", responses=FAULT).holds


def test_what_was_never_measured_does_not_hold() -> None:
    found = finding("order/place p99 < 500ms")
    assert (found.holds, found.observed) == (False, "nothing measured")


def test_errors_are_those_not_accepted_and_those_turned_away_but_not_refusals() -> None:
    bad = {5: Counters(wanted=10, dispatched=8, turned_away=2, done=8, errors=1, refused=3, completed=4)}
    found = finding("errors < 0.5%", counters=bad)
    assert (found.holds, found.observed) == (False, "0.500% (3 of 600 journeys)")
    assert "2 turned away" in found.reason
    assert "3 refused by the platform" in found.reason
    assert finding("errors <= 0.5%", counters=bad).holds


def test_refusals_are_no_errors_and_may_be_too_many() -> None:
    bad = {5: Counters(wanted=10, dispatched=10, done=10, refused=6, completed=4, attempts=10)}
    assert finding("errors < 1%", counters=bad).holds
    for text in ("refused < 1%", "order refused < 1%", "all refused < 1%"):
        found = finding(text, counters=bad)
        assert (found.holds, found.observed) == (False, "1.000% (6 of 600 journeys)")
    assert finding("refused <= 1%", counters=bad).holds
    assert not finding("look refused < 1%").holds, "nothing measured"


def test_attempt_errors_are_a_share_of_attempts() -> None:
    bad = {5: Counters(wanted=10, dispatched=10, done=10, completed=10, attempts=20, attempt_errors=10)}
    assert finding("attempt-errors < 2%", counters=bad).observed == "1.639% (10 of 610 requests)"


def test_throughput_is_what_completed_in_the_seconds_that_count() -> None:
    idle = {second: Counters(wanted=10, dispatched=10, done=10) for second in range(30, 40)}
    assert finding("order throughput > 8/s", counters=idle).observed == "8.3/s"
    assert finding("order throughput > 9/s outside faults+10s", 30.0, counters=idle).holds


def recovered(text: str, *faults: float, **measured: object) -> Finding:
    """The finding of an objective about recovery, beside a latency limit that nothing comes near."""
    limit = parse("order p99 < 10s")
    _, found = evaluate([limit, parse(text)], measurements(**measured), faults)  # type: ignore[arg-type]
    return found


def test_recovery_is_the_worst_of_all_faults() -> None:
    bad = {
        s: Counters(wanted=10, dispatched=10, done=10, failed=1, completed=9) for s in (10, 11, 30, 31, 32)
    }
    found = recovered("recovery < 3s", 10.0, 30.0, counters=bad)
    assert (found.holds, found.observed) == (False, "3.0 s")
    assert recovered("recovery < 4s", 10.0, 30.0, counters=bad).holds


def test_while_no_journey_ends_the_platform_has_not_recovered_though_none_fails() -> None:
    down = {s: Counters(wanted=10, dispatched=10, done=10) for s in range(30, 37)}
    assert recovered("recovery < 5s", 30.0, counters=down).observed == "7.0 s"


def test_without_a_latency_limit_recovery_is_not_claimed() -> None:
    found = finding("recovery < 30s", 30.0)
    assert (found.holds, found.observed) == (False, "not claimed")
    assert "no latency limit of order" in found.reason
    assert finding("recovery < 30s").holds, "where nothing befell it, there is nothing to recover from"


def test_a_platform_that_stays_slow_has_not_recovered() -> None:
    slow = {second: all_at(800) for second in range(30, 60)}
    (_, found) = evaluate(
        [parse("order p50 < 1s"), parse("recovery < 30s")], measurements(responses=slow), [30.0]
    )
    assert found.holds, "800 ms is within the limit of a second"
    (_, found) = evaluate(
        [parse("order p50 < 500ms"), parse("recovery < 30s")], measurements(responses=slow), [30.0]
    )
    assert (found.holds, found.observed) == (False, "not recovered")


def test_a_slow_step_of_the_main_journey_counts_where_the_step_has_the_limit() -> None:
    promised = [parse("order/place p50 < 500ms"), parse("look p50 < 1ms"), parse("recovery < 30s")]
    guard = latency_guard(promised, "order")
    assert guard == promised[0], "another journey's limit says nothing about the main one"
    assert latency_guard(promised[1:], "order") is None
    slow = {second: all_at(800) for second in range(30, 60)}
    measured = measurements(responses=slow)
    moved = replace(measured, histograms={("order/place", Clock.RESPONSE): slow})
    assert evaluate(promised, moved, [30.0])[-1].observed == "not recovered"


def test_lost_orders_are_left_to_those_who_know_the_books() -> None:
    assert evaluate([parse("lost orders = 0")], measurements()) == []


def test_the_tightest_latency_is_the_smallest_limit() -> None:
    promised = [parse("order p99 < 500ms"), parse("look p95 < 100ms"), parse("errors < 1%")]
    assert tightest_latency(promised) == pytest.approx(0.1)
    assert tightest_latency([]) is None


def test_objectives_about_journeys_that_are_not_in_the_load_are_found() -> None:
    promised = [parse("order/place p99 < 1s"), parse("shop p99 < 1s"), parse("errors < 1%")]
    assert unknown_series(promised, ["order", "look"]) == [promised[1]]


# What was turned away, what was shed, what came after the end -----------------------------------------------


def test_who_was_turned_away_waits_for_ever() -> None:
    away = {s: Counters(wanted=10, dispatched=9, turned_away=1, done=9, completed=9) for s in range(60)}
    nine = {second: all_at(5, 9) for second in range(60)}
    assert finding("order p90 < 6ms", counters=away, responses=nine).holds
    found = finding("order p95 < 6ms", counters=away, responses=nine)
    assert (found.holds, found.observed, found.reason) == (
        False,
        "never",
        "of 600 journeys, 60 of them turned away",
    )


def test_what_a_platform_sheds_is_an_error() -> None:
    shed = {5: Counters(wanted=10, dispatched=10, done=10, failed=6, shed=6, completed=4)}
    found = finding("errors < 0.5%", counters=shed)
    assert (found.holds, found.observed, found.reason) == (
        False,
        "1.000% (6 of 600 journeys)",
        "6 shed by the platform",
    )


def test_where_goodput_is_promised_what_is_shed_is_none() -> None:
    shed = {s: Counters(wanted=10, dispatched=10, done=10, failed=6, shed=6, completed=4) for s in range(30)}
    promised = [parse("order goodput > 6/s"), parse("errors < 0.5%"), parse("look errors < 1%")]
    goodput, errors, _ = evaluate(promised, measurements(counters=shed))
    assert (goodput.holds, goodput.observed) == (True, "7.0/s")
    assert errors.holds
    assert "180 shed by the platform (no errors)" in errors.reason
    assert may_shed(promised, "order") == {"order"}
    assert not evaluate([parse("goodput > 8/s")], measurements(counters=shed))[0].holds


def test_attempt_errors_stand_beside_errors() -> None:
    bad = {5: Counters(wanted=10, dispatched=10, done=10, completed=10, attempts=20, attempt_errors=10)}
    assert "attempt-errors 1.639%" in finding("errors < 1%", counters=bad).reason


def test_steps_that_are_due_after_the_last_second_count() -> None:
    late = {second: all_at(900, 100) for second in range(60, 64)}
    found = finding("order p50 < 500ms", responses=late)
    assert found.reason == "of 1,000 journeys"
    assert not finding("order p90 < 500ms", responses=late).holds


def test_throughput_is_the_loads_and_says_what_came_after_it() -> None:
    after = {62: Counters(completed=30)}
    found = finding("order throughput > 9/s", counters=after)
    assert (found.observed, found.reason) == ("10.0/s", "600 in 60 s, 30 after the load not counted")


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.0124, "12.4 ms"), (0.5, "500 ms"), (1.3249, "1.32 s"), (61.0, "61 s"), (float("inf"), "never")],
)
def test_a_latency_reads_with_what_its_digits_know(seconds: float, told: str) -> None:
    assert precise(seconds) == told


def test_nothing_that_was_due_is_no_measure_of_errors() -> None:
    found = finding("look errors < 1%")
    assert (found.holds, found.observed) == (False, "nothing measured")
    assert not finding("look attempt-errors < 1%").holds


def test_what_was_shed_within_a_faults_window_is_told_there() -> None:
    shed = {s: Counters(wanted=10, dispatched=10, done=10, failed=10, shed=10) for s in range(30, 40)}
    found = finding("errors < 1% outside faults+10s", 30.0, counters=shed)
    assert found.holds
    assert "within faults+10s: 100.000% (100 of 100 journeys)" in found.reason


# At the edges -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("errors < 5%", False), ("errors <= 5%", True), ("errors < 5.001%", True), ("errors = 5%", True),
        ("attempt-errors < 10%", False), ("attempt-errors <= 10%", True),
        ("order throughput > 9.5/s", False), ("order throughput >= 9.5/s", True),
        ("goodput >= 9.5/s", True), ("goodput > 9.5/s", False),
    ],
)  # fmt: skip
def test_a_limit_is_where_it_says(text: str, *, holds: bool) -> None:
    half = {
        second: Counters(
            wanted=10, dispatched=10, done=10, errors=1, completed=9, attempts=10, attempt_errors=2
        )
        for second in range(30)
    }
    assert finding(text, counters=half).holds is holds


def test_an_implied_promise_about_what_never_came_is_not_asked_after() -> None:
    implied = replace(parse("look errors < 1%"), implied=True)
    assert evaluate([implied], measurements()) == []
    (found,) = evaluate([replace(parse("order errors < 1%"), implied=True)], measurements())
    assert found.reason.startswith("promised by default; at most 0.5% with 95 % confidence")
    assert evaluate([parse("look errors < 1%")], measurements())[0].holds is False, "what was asked for is"


def test_a_steps_percentile_is_of_steps() -> None:
    step = {("order/place", Clock.RESPONSE): {0: all_at(5, 30)}}
    found = evaluate([parse("order/place p99 < 1s")], replace(measurements(), histograms=step))[0]
    assert (found.holds, found.reason) == (True, "of 30 steps")


def test_a_fault_that_was_not_recovered_from_is_counted_among_those_that_were() -> None:
    late = {s: Counters(wanted=10, dispatched=10, done=10, failed=1, completed=9) for s in (10, 57)}
    found = recovered("recovery < 30s", 10.0, 56.0, counters=late)
    assert (found.holds, found.observed) == (False, "1 of 2 faults not recovered from")
    assert found.reason == "no 5 s in which all is well before the load ended"
    assert recovered("recovery < 30s", 56.0, counters=late).observed == "not recovered"


@pytest.mark.parametrize(("slow", "told"), [(2, "0 ms"), (3, "1.0 s")])
def test_what_is_slow_in_recovery_is_what_exceeds_the_tightest_limit(slow: int, told: str) -> None:
    """Of fifty journeys in five seconds two may be slow."""
    mixed = all_at(5, 10 - slow)
    mixed.add(all_at(200, slow))
    promised = [parse("order p99 < 100ms"), parse("order p50 < 1s"), parse("recovery < 30s")]
    found = evaluate(promised, measurements(responses={30: mixed}), [30.0])[-1]
    assert found.observed == told


def test_turned_away_arrivals_are_no_health() -> None:
    away = {30: Counters(wanted=10, dispatched=9, turned_away=1, done=9, completed=9)}
    assert recovered("recovery < 30s", 30.0, counters=away).observed == "1.0 s"


def test_several_faults_leave_out_several_windows_and_are_told_together() -> None:
    bad = {s: all_at(800) for s in (*range(10, 20), *range(30, 40))}
    found = finding("order p99 < 500ms outside faults+10s", 10.0, 30.0, responses=bad)
    assert found.holds
    assert found.reason == "of 400 journeys; within faults+10s: 800 ms"
    assert not finding("order p99 < 500ms outside faults+10s", 10.0, responses=bad).holds


def test_where_all_is_within_a_fault_nothing_is_left_to_judge() -> None:
    found = finding("order p99 < 500ms outside faults+120s", 0.0)
    assert (found.holds, found.observed) == (False, "nothing measured")
    assert finding("order throughput > 1/s outside faults+120s", 0.0).observed == "nothing measured"


def test_no_errors_are_told_with_what_so_few_journeys_can_show() -> None:
    assert finding("errors < 1%").reason == "at most 0.5% with 95 % confidence"
    bad = {5: Counters(wanted=10, dispatched=10, done=10, errors=1, completed=9)}
    assert "confidence" not in finding("errors < 1%", counters=bad).reason


def test_every_metric_that_clients_see_has_a_measure_and_the_others_none() -> None:
    for metric in slo.Metric:
        texts = {
            slo.Metric.LATENCY: "order p99 < 1s", slo.Metric.ERRORS: "errors < 1%",
            slo.Metric.ATTEMPT_ERRORS: "attempt-errors < 1%", slo.Metric.THROUGHPUT: "throughput > 1/s",
            slo.Metric.REFUSED: "refused < 1%", slo.Metric.GOODPUT: "goodput > 1/s",
            slo.Metric.RECOVERY: "recovery < 1s",
        }  # fmt: skip
        assert metric.inside is (metric not in texts)
        if metric in texts:
            assert len(evaluate([parse(texts[metric])], measurements())) == 1
