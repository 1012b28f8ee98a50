"""Whether a rate held, from measurements made by hand."""

from __future__ import annotations

from dataclasses import replace

from foundation import slo
from loadtests.capacity.observing import observe, without_start
from loadtests.capacity.trials import Outcome
from loadtests.judging.measurements import Measurements
from loadtests.recording.counters import Counters
from tests.loadtests import made

PROMISED = [slo.parse("order p99 < 100ms"), slo.parse("errors < 1%")]


def with_ends(completed: dict[int, int]) -> Measurements:
    """A minute of ten arrivals a second, of which so many end in each second."""
    counted = {
        second: Counters(wanted=10, dispatched=10, done=10, completed=ended, ended=ended, attempts=10)
        for second, ended in completed.items()
    }
    return made.measurements(counters=counted)


def test_a_rate_whose_objectives_hold_and_whose_queue_stays_holds() -> None:
    found = observe(with_ends({0: 5} | dict.fromkeys(range(1, 60), 10)), PROMISED, 10)
    assert found.outcome is Outcome.HELD
    assert found.rate == 10
    assert found.throughput == 10
    assert found.p99 is not None


def test_a_growing_queue_breaks_a_rate_whose_objectives_still_hold() -> None:
    found = observe(with_ends(dict.fromkeys(range(60), 9)), PROMISED, 10)
    assert found.outcome is Outcome.BROKE
    assert "in flight grows by 1/s" in found.reasons[0]


def test_what_was_refused_or_failed_has_ended_and_is_no_queue() -> None:
    """A tenth of the orders gets a definitive no, which is no error: the rate holds."""
    mixed = Counters(wanted=10, dispatched=10, done=10, refused=1, completed=9, ended=10, attempts=10)
    failed = replace(mixed, refused=0, failed=1, errors=1)
    for counters, promised in ((mixed, PROMISED), (failed, PROMISED[:1])):
        found = observe(made.measurements(counters=dict.fromkeys(range(60), counters)), promised, 10)
        assert (found.outcome, found.reasons) == (Outcome.HELD, ())


def test_a_broken_objective_is_the_reason() -> None:
    slow = made.measurements(responses={second: made.all_at(300) for second in range(20, 60)})
    found = observe(slow, PROMISED, 10)
    assert found.outcome is Outcome.BROKE
    assert "order p99 < 100ms" in found.reasons[0]


def test_a_platform_that_refuses_everything_holds_no_rate() -> None:
    refused = Counters(wanted=10, dispatched=10, done=10, ended=10, refused=10, attempts=10)
    found = observe(made.measurements(counters=dict.fromkeys(range(60), refused)), [], 0)
    assert (found.outcome, found.reasons) == (Outcome.BROKE, ("journeys ended well: 0 of 600",))


def test_a_slow_warm_up_is_not_judged() -> None:
    cold = made.measurements(responses={second: made.all_at(300) for second in range(10)})
    assert observe(cold, PROMISED, 10).outcome is Outcome.HELD
    assert observe(cold, PROMISED, 0).outcome is Outcome.BROKE


def test_arrivals_that_were_turned_away_break_a_rate() -> None:
    full = {30: Counters(wanted=10, dispatched=9, turned_away=1, done=9, completed=9, ended=9, attempts=9)}
    found = observe(made.measurements(counters=full), [PROMISED[0]], 0)
    assert found.outcome is Outcome.BROKE
    assert found.reasons == ("1 arrivals turned away",)


def test_a_drain_of_more_than_ten_seconds_breaks_a_rate() -> None:
    summary = made.summary()
    late = replace(summary, ended_at=summary.ended_at + 11 * 10**9)
    found = observe(made.measurements(summaries=(late,)), PROMISED, 0)
    assert found.reasons == ("took 11.0 s to drain",)


def test_a_load_that_was_not_generated_says_nothing_about_the_platform() -> None:
    late = made.measurements(delays={second: made.all_at(900) for second in range(60)})
    found = observe(late, PROMISED, 10)
    assert found.outcome is Outcome.INVALID
    assert "arrivals on time" in found.reasons[0]


def test_without_its_start_a_load_begins_later() -> None:
    later = without_start(made.measurements(responses={20: made.all_at(300)}), 20)
    assert len(later.seconds) == 40
    assert later.histogram("order", seconds=[0]).percentile(50) > 299 * made.MS
