"""Validity: each rule holds on a good run and is broken by its own cause alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from foundation.slo import parse
from foundation.verdict import Finding, Status, Weight, judge
from loadtests.distributed.clocks import MOST, Crew, Offset, Worker
from loadtests.judging.measurements import Measurements
from loadtests.judging.validity import CLOCK_STEP, delay_limit, delays_by_second, findings, own_verdict
from loadtests.planning.job import Retry
from loadtests.planning.locustfile import Locust
from loadtests.recording.counters import Counters
from loadtests.recording.latency_log import Clock
from loadtests.recording.summary import Tested
from tests.loadtests.made import all_at, job, measurements, summary


def broken(measured: Measurements, *objectives: str) -> dict[str, str]:
    found = findings(measured, [parse(text) for text in objectives])
    assert {finding.weight for finding in found} == {Weight.VALIDITY}
    return {finding.name: finding.reason for finding in found if not finding.holds}


def test_a_closed_load_needs_no_schedule_but_enough_requests_for_its_percentiles() -> None:
    driven = Locust(model="closed", users=5, spawn_rate=1)
    closed = measurements(of=replace(job(), locust=driven))
    found = {f.name: f for f in findings(closed, [parse("order p95 < 1s"), parse("order p99 < 1s")])}
    assert "arrivals on time" not in found
    assert found["users sent requests"].observed == "600 requests"
    assert found["enough requests for order p95"].holds
    assert not found["enough requests for order p99"].holds
    assert found["enough requests for order p99"].expected == "1,000"


def test_a_good_run_is_valid() -> None:
    assert broken(measurements()) == {}


def thick(*late: int, seconds: int = 60) -> Measurements:
    """A hundred arrivals in each second, of which some seconds are late by 6 ms."""
    return measurements(delays={s: all_at(6 if s in late else 1, 100) for s in range(seconds)})


def test_one_late_second_of_sixty_is_too_many_where_it_moves_what_is_promised() -> None:
    """A hundred of 6,000 are late: sixty lie beyond p99, six hundred beyond p90."""
    assert broken(thick(7), "order p90 < 100ms") == {}
    assert list(broken(thick(7), "order p99 < 100ms")) == ["arrivals on time"]
    assert judge(findings(thick(7), [parse("order p99 < 100ms")])).status is Status.INVALID


def test_late_arrivals_in_one_second_of_a_hundred_are_not() -> None:
    assert broken(thick(7, seconds=100)) == {}


def test_one_hiccup_of_a_thin_load_breaks_nothing_and_is_told() -> None:
    (told,) = [f for f in findings(measurements(delays={7: all_at(6)})) if f.name == "arrivals on time"]
    assert told.holds
    assert told.observed == "1 of 6 stretches of 100 arrivals late, worst p99 6 ms"
    assert "one hiccup" in told.reason


def test_a_generator_that_stalls_makes_a_thin_load_invalid() -> None:
    stalled = measurements(delays={second: all_at(900) for second in (7, 8, 9)})
    assert list(broken(stalled)) == ["arrivals on time"]


def failing(late_ms: float, **counted: int) -> Measurements:
    """Every arrival late, and in the second half every order refused at the door."""
    wrong = Counters(wanted=10, dispatched=10, done=10, ended=10, attempts=80, attempt_errors=80, **counted)
    delays = {second: all_at(late_ms) for second in range(60)}
    return measurements(delays=delays, counters=dict.fromkeys(range(30, 60), wrong))


def test_a_late_generator_does_not_excuse_a_platform_that_is_dead() -> None:
    dead = failing(70, failed=10, errors=10)
    assert broken(dead, "errors < 1%") == {}
    (told,) = [f for f in findings(dead, [parse("errors < 1%")]) if f.name == "arrivals on time"]
    assert "no delay explains" in told.reason


def test_errors_that_a_stalled_generator_can_explain_excuse_it_not() -> None:
    assert list(broken(failing(6_000, failed=10, errors=10), "errors < 1%")) == ["arrivals on time"]
    away = failing(70, turned_away=0)
    assert list(broken(away, "errors < 1%")) == ["arrivals on time"], "nothing failed for good"
    assert list(broken(failing(70, failed=10, errors=10), "errors < 60%")) == ["arrivals on time"]


def test_a_loose_objective_bears_more_delay() -> None:
    measured = measurements(delays={7: all_at(20, 100)})
    assert list(broken(measured, "order p99 < 300ms")) == ["arrivals on time"]
    assert broken(measured, "order p99 < 500ms") == {}
    assert delay_limit([]) == delay_limit([parse("order p99 < 10ms")]) == pytest.approx(0.005)


def test_an_arrival_neither_sent_nor_turned_away_is_missed() -> None:
    gone = {5: Counters(wanted=10, dispatched=8, turned_away=1, done=8)}
    assert broken(measurements(counters=gone)) == {
        "every arrival sent or turned away": "1 arrivals were neither sent nor turned away"
    }


def test_arrivals_turned_away_are_no_reason_by_themselves() -> None:
    assert broken(measurements(counters={5: Counters(wanted=10, turned_away=10)})) == {}


def test_a_load_that_sent_nothing_proves_nothing() -> None:
    nothing = {second: Counters(wanted=10, turned_away=10) for second in range(60)}
    assert broken(measurements(counters=nothing)) == {
        "every arrival sent or turned away": "nothing was sent at all: no journey made a request"
    }


def test_a_generator_that_was_interrupted_did_not_end_well() -> None:
    found = broken(measurements(summaries=(summary(clean=False, interrupted=True),)))
    assert found == {"generators ended well": "interrupted"}


def test_a_generator_that_left_no_summary_did_not_end_well() -> None:
    assert broken(measurements(summaries=()))["generators ended well"] == "1 ended without a summary"


def test_journeys_that_had_to_be_ended_are_told() -> None:
    found = broken(measurements(summaries=(summary(clean=False, unfinished=3),)))
    assert found == {"generators ended well": "3 journeys had to be ended"}


def test_a_worker_that_is_missing_is_told() -> None:
    found = broken(measurements(of=job(processes=2)))
    assert found == {"generators ended well": "1 ended without a summary"}


def test_problems_with_the_files_are_told() -> None:
    found = broken(measurements(problems=("ledger.jsonl:7: not a whole ledger line",)))
    assert found == {"ledger and logs complete": "ledger.jsonl:7: not a whole ledger line"}


def test_a_clock_that_was_set_is_told() -> None:
    assert list(broken(measurements(summaries=(summary(step=-(2 * 10**8)),)))) == ["wall clock steady"]


def test_a_machine_that_ran_out_of_ports_is_told() -> None:
    found = broken(measurements(summaries=(summary(starved=3),)))
    assert list(found) == ["ports and open files sufficed"]


def test_a_server_that_sends_more_than_it_was_asked_for_is_told() -> None:
    found = broken(measurements(summaries=(replace(summary(), surplus=3),)))
    assert list(found) == ["every answer was asked for"]
    assert "another request's" in found["every answer was asked for"]


def test_a_generator_that_ended_uncleanly_for_a_reason_nobody_knows_did_not_end_well() -> None:
    found = broken(measurements(summaries=(summary(clean=False),)))
    assert found == {"generators ended well": "1 did not end cleanly"}


def observed(measured: Measurements, name: str, *objectives: str) -> Finding:
    (found,) = [f for f in findings(measured, [parse(text) for text in objectives]) if f.name == name]
    return found


def test_a_load_that_its_own_locustfile_ended_is_not_asked_whether_all_was_sent() -> None:
    ended = replace(summary(arrivals=9_000), ended_itself=True)
    assert broken(measurements(summaries=(ended,))) == {}
    assert "every arrival sent or turned away" in broken(measurements(summaries=(summary(arrivals=9_000),)))


def test_what_a_self_test_showed_is_told_of_the_worst_process() -> None:
    fine = Tested(rate=12, seconds=3, late=0, worst_ms=1.5, limit_ms=5, on_time=True)
    slow = replace(fine, late=3, worst_ms=80.0, on_time=False)
    both = tuple(replace(summary(), self_test=tested) for tested in (fine, slow))
    found = observed(measurements(of=job(processes=2), summaries=both), "self-test before the load")
    assert (found.holds, found.observed) == (False, "3 of 3 seconds late, worst p99 80 ms")
    assert observed(measurements(summaries=both[:1]), "self-test before the load").holds


def test_processes_that_did_other_schedules_are_told() -> None:
    other = (summary(), replace(summary(), worker=1, schedule="other"))
    found = broken(measurements(of=job(processes=2), summaries=other))
    assert found["generators ended well"] == "they did not do the same schedule"


@pytest.mark.parametrize(
    ("codes", "holds", "told"), [([0], True, "0"), ([0, 7], False, "7"), ([-2, 1], False, "-2")]
)
def test_a_locustfiles_own_verdict_is_the_worst_of_its_processes(
    codes: list[int], holds: bool, told: str
) -> None:
    ended = tuple(replace(summary(), exit_code=code) for code in codes)
    (found,) = own_verdict(measurements(summaries=ended))
    assert (found.holds, found.observed, found.weight) == (holds, told, Weight.OBJECTIVE)


def test_a_locustfile_that_says_nothing_has_no_verdict_of_its_own() -> None:
    assert own_verdict(measurements()) == []


def test_a_closed_load_without_a_request_proves_nothing() -> None:
    closed = replace(job(), locust=Locust(model="closed", users=5, spawn_rate=1))
    assert broken(replace(measurements(of=closed), counters={})) == {
        "users sent requests": "nothing was sent at all"
    }


def test_a_delay_that_is_no_journeys_is_not_the_generators() -> None:
    """A step's dispatch delay has what its journey did before it: only the journey's own counts."""
    step = {("order/place", Clock.DISPATCH): {second: all_at(900, 100) for second in range(60)}}
    plain = measurements()
    assert broken(replace(plain, histograms={**plain.histograms, **step})) == {}
    assert max(delays_by_second(plain)) == 59


def test_what_was_expected_says_how_it_is_judged() -> None:
    assert (
        observed(thick(), "arrivals on time").expected == "dispatch delay p99 at most 5 ms in 99 % of seconds"
    )
    thin = observed(measurements(), "arrivals on time", "order p99 < 1s")
    assert thin.expected == "dispatch delay p99 at most 50 ms in 99 % of stretches of 100 arrivals"


# At the edges -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "holds"), [(0, True), (10**8, True), (-(10**8), True), (10**8 + 1, False), (-(10**8) - 1, False)]
)
def test_a_clock_may_move_by_a_tenth_of_a_second(step: int, *, holds: bool) -> None:
    found = observed(measurements(summaries=(summary(), summary(step=step))), "wall clock steady")
    assert (found.holds, found.observed) == (holds, "100 ms" if step else "0 ms")
    assert found.expected == f"within {CLOCK_STEP * 1000:.0f} ms"


@pytest.mark.parametrize(
    ("ahead", "uncertainty", "holds", "reason"),
    [
        (MOST, 0, True, ""),
        (-MOST, 0, True, ""),
        (MOST + 1000, 0, False, "the clock of load1 differs: synchronise it (chrony, NTP)"),
        (MOST, 1000, True, "known to ±0.001 ms only: the way to load1 takes too long"),
        (0, MOST, True, ""),
        (0, MOST + 1000, True, "known to ±1 ms only: the way to load1 takes too long"),
    ],
)
def test_clocks_may_differ_by_a_millisecond_and_what_is_not_known_is_said(
    ahead: int, uncertainty: int, reason: str, *, holds: bool
) -> None:
    far = Worker(worker=0, host="load1", before=Offset(ahead=ahead, uncertainty=uncertainty))
    near = Worker(worker=1, host="load2", before=Offset(ahead=1000, uncertainty=1000))
    measured = replace(measurements(), crew=Crew(workers=(near, far)))
    found = observed(measured, "clocks of all machines agree")
    assert found.holds is holds
    assert found.reason.startswith(reason)
    assert bool(found.reason) is bool(reason)
    assert found.expected == "within 1 ms"


def test_a_clock_is_in_doubt_by_its_own_way_alone() -> None:
    """One is nearly a millisecond ahead and known well, another near and known badly."""
    ahead = Worker(worker=0, host="load1", before=Offset(ahead=MOST - 100_000, uncertainty=50_000))
    far = Worker(worker=1, host="load2", before=Offset(ahead=0, uncertainty=200_000))
    found = observed(replace(measurements(), crew=Crew(workers=(ahead, far))), "clocks of all machines agree")
    assert (found.holds, found.reason) == (True, "")
    assert found.observed == "0.9 ms at most, ±0.2 ms"


def test_a_crew_without_workers_has_no_clocks() -> None:
    names = {found.name for found in findings(replace(measurements(), crew=Crew(workers=())))}
    assert "clocks of all machines agree" not in names


def test_a_masters_exit_code_counts_with_its_workers() -> None:
    ended = (replace(summary(), exit_code=1),)
    (found,) = own_verdict(replace(measurements(summaries=ended), crew=Crew(workers=(), exit_code=-3)))
    assert (found.holds, found.observed) == (False, "-3")
    (found,) = own_verdict(replace(measurements(), crew=Crew(workers=(), exit_code=0)))
    assert (found.holds, found.reason) == (True, "")


@pytest.mark.parametrize(("late_ms", "excused"), [(4_990, True), (5_010, False)])
def test_a_stall_of_half_a_time_out_explains_errors(late_ms: float, *, excused: bool) -> None:
    dead = failing(late_ms, failed=10, errors=10)
    assert dead.job.retry == Retry(timeout=10)
    assert (broken(dead, "errors < 1%") == {}) is excused


@pytest.mark.parametrize("promised", ["errors < 1% outside faults+10s", "look errors < 1%", "order p99 < 1s"])
def test_only_a_promise_of_errors_about_what_was_sent_excuses_a_late_generator(promised: str) -> None:
    assert "arrivals on time" in broken(failing(70, failed=10, errors=10), promised)


@pytest.mark.parametrize("promised", ["all errors < 1%", "order/place errors < 1%"])
def test_errors_of_all_journeys_or_of_a_step_excuse_it_as_those_of_a_journey_do(promised: str) -> None:
    dead = failing(70, failed=10, errors=10)
    steps = {"order/place": {0: Counters(done=1000, attempts=1000, errors=10)}}
    assert broken(replace(dead, steps=steps), promised) == {}


@pytest.mark.parametrize(("requests", "holds"), [(1000, True), (999, False)])
def test_a_closed_loads_percentile_needs_ten_requests_above_it(requests: int, *, holds: bool) -> None:
    closed = replace(job(), locust=Locust(model="closed", users=5, spawn_rate=1))
    measured = measurements(of=closed)
    exactly = replace(measured, histograms={("order", Clock.RESPONSE): {0: all_at(5, requests)}})
    found = observed(exactly, "enough requests for order p99", "order p99 < 1s", "errors < 1%")
    assert (found.holds, found.observed) == (holds, f"{requests:,}")
    assert bool(found.reason) is not holds


def test_how_many_generators_ended_well_is_counted() -> None:
    three = (summary(), summary(clean=False, unfinished=2), summary(clean=False, unfinished=3))
    found = observed(measurements(of=job(processes=4), summaries=three), "generators ended well")
    assert (found.observed, found.expected) == ("1 of 4", "4")
    assert found.reason == "5 journeys had to be ended; 1 ended without a summary"


def test_all_that_starved_is_counted_over_all_processes() -> None:
    found = observed(
        measurements(summaries=(summary(starved=1_000), summary(starved=234))),
        "ports and open files sufficed",
    )
    assert found.observed == "1,234 attempts went without"


def test_a_load_ended_on_purpose_is_still_asked_for_its_clock_and_its_files() -> None:
    bad = measurements(summaries=(summary(step=10**9, clean=False),), problems=("x", "y"))
    names = {found.name for found in findings(bad, whole=False) if not found.holds}
    assert names == {"wall clock steady", "ledger and logs complete"}
    assert observed(bad, "ledger and logs complete").observed == "2 problems"
