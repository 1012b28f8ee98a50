"""The search for capacity on trials whose capacity is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests.capacity.fit import fit
from loadtests.capacity.search import BUSY, Plan, Status, decided, search, unreachable
from loadtests.capacity.simulation import Queue
from loadtests.capacity.trials import Observation, Outcome

SERVICE, LIMIT = 500.0, 0.1  # a capacity of 454/s


@dataclass
class Decided:
    """A trial whose outcome is a function of its rate."""

    outcome: Callable[[float], Outcome]

    def run(self, rate: float) -> Observation:
        return Observation(rate=rate, outcome=self.outcome(rate))


def sharp(capacity: float, generated: float = float("inf")) -> Decided:
    """Holds below its capacity; beyond `generated` the load cannot be made."""
    return Decided(
        lambda rate: (
            Outcome.INVALID if rate > generated else Outcome.HELD if rate < capacity else Outcome.BROKE
        )
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_queues_capacity_is_found_within_five_percent(seed: int) -> None:
    queue = Queue(service=SERVICE, limit=LIMIT, seed=seed)
    found = search(queue, Plan(start=20, trials=60, seed=seed))
    assert found.status is Status.FOUND
    assert found.rate == pytest.approx(queue.capacity, rel=0.05)
    assert found.low is not None
    assert found.high is not None
    assert (found.high - found.low) / found.rate <= 0.10


@pytest.mark.prove
def test_nineteen_of_twenty_searches_come_within_five_percent() -> None:
    queues = [Queue(service=SERVICE, limit=LIMIT, seed=seed) for seed in range(20)]
    found = [search(queue, Plan(start=20, trials=60, seed=queue.seed)) for queue in queues]
    off = [abs(each.rate / queue.capacity - 1) for each, queue in zip(found, queues, strict=True)]
    assert sum(each <= 0.05 for each in off) >= 19


@pytest.mark.parametrize("start", [1.0, 95.0, 3000.0])
def test_it_does_not_matter_where_the_search_starts(start: float) -> None:
    assert search(sharp(100), Plan(start=start, trials=60)).rate == pytest.approx(100, rel=0.05)


def test_rates_around_capacity_come_in_random_order() -> None:
    rates = [each.rate for each in search(sharp(100), Plan(start=60, trials=30)).observations][2:]
    assert rates != sorted(rates)
    assert rates != sorted(rates, reverse=True)


def test_a_short_budget_ends_in_a_wide_interval() -> None:
    found = search(sharp(100), Plan(start=60, trials=3))
    assert found.status is Status.WIDE
    assert len(found.observations) == 3
    assert found.low is not None
    assert found.high is not None
    assert found.low < 100 < found.high


def test_where_the_load_ends_first_capacity_is_only_bounded() -> None:
    found = search(sharp(1000, generated=300), Plan(start=50, trials=40))
    assert found.status is Status.AT_LEAST
    assert 300 / 1.1 <= found.rate <= 300
    assert found.reason == BUSY


def once_invalid(inner: Decided, *rates: float) -> Decided:
    """The first trial of each of some rates is INVALID, as one hiccup of a machine makes it."""
    left = list(rates)

    def outcome(rate: float) -> Outcome:
        if rate in left:
            left.remove(rate)
            return Outcome.INVALID
        return inner.outcome(rate)

    return Decided(outcome)


def test_an_invalid_trial_is_repeated_and_no_ceiling() -> None:
    found = search(once_invalid(sharp(1000), 20), Plan(start=20, trials=9, most=80))
    assert (found.status, found.rate) == (Status.AT_LEAST, 80)
    assert [each.rate for each in found.observations] == [20, 20, 40, 80]


def test_a_ceiling_that_a_later_trial_contradicts_is_dropped() -> None:
    found = search(once_invalid(sharp(1000), 20, 20), Plan(start=20, trials=30, most=80))
    assert (found.status, found.rate) == (Status.AT_LEAST, 80)
    assert found.reason == "the highest rate that was allowed, 80/s, held"


def seen(*trials: tuple[float, str]) -> list[Observation]:
    return [Observation(rate=rate, outcome=Outcome(outcome)) for rate, outcome in trials]


def test_a_rate_is_unreachable_when_every_trial_of_it_was_invalid() -> None:
    assert unreachable(seen((20, "invalid"))) == set()
    assert unreachable(seen((20, "invalid"), (20, "invalid"))) == {20}
    assert unreachable(seen((20, "invalid"), (20, "invalid"), (10, "held"))) == {20}, "far below it"
    assert unreachable(seen((20, "invalid"), (20, "invalid"), (19, "held"))) == set(), "near it"
    assert unreachable(seen((20, "invalid"), (20, "invalid"), (40, "broke"))) == set(), "above it"
    assert unreachable(seen((40, "held"), (20, "invalid"), (20, "invalid"))) == {20}, "only what came later"


def test_no_estimate_lies_beyond_what_was_validly_tried() -> None:
    """One lapse low down makes a bracket; all that is valid above it held, and no more can be generated."""
    lapse = [60.0]

    def outcome(rate: float) -> Outcome:
        if rate in lapse:
            lapse.remove(rate)
            return Outcome.BROKE
        return Outcome.HELD if rate < 110 else Outcome.INVALID

    found = search(Decided(outcome), Plan(start=60, trials=40))
    valid = [each.rate for each in found.observations if each.outcome is not Outcome.INVALID]
    assert found.status is Status.AT_LEAST
    assert found.rate == max(valid) < 110
    assert (found.low, found.high, found.reason) == (None, None, BUSY)


def test_what_used_the_machine_up_is_said() -> None:
    def run(rate: float) -> Observation:
        outcome = Outcome.INVALID if rate > 100 else Outcome.HELD
        return Observation(rate=rate, outcome=outcome, saturated=f"processors at {rate:g}/s")

    class Told:
        def run(self, rate: float) -> Observation:
            return run(rate)

    found = search(Told(), Plan(start=60, trials=20))
    assert found.reason == BUSY
    lowest = min(unreachable(found.observations))
    assert found.saturated == f"processors at {lowest:g}/s"


def test_what_was_used_up_where_rates_broke_is_that_of_the_lowest() -> None:
    class Told:
        def run(self, rate: float) -> Observation:
            outcome = Outcome.HELD if rate < 100 else Outcome.BROKE
            return Observation(rate=rate, outcome=outcome, saturated=f"disk at {rate:g}/s")

    found = search(Told(), Plan(start=60, trials=30))
    lowest = min(each.rate for each in found.observations if each.outcome is Outcome.BROKE)
    assert (found.status, found.saturated) == (Status.FOUND, f"disk at {lowest:g}/s")


def test_trials_that_prove_nothing_do_not_move_the_fit() -> None:
    found = search(sharp(250, generated=300), Plan(start=200, trials=40))
    assert found.status is Status.FOUND
    assert found.rate == pytest.approx(250, rel=0.05)
    assert len(decided(found.observations)) < len(found.observations)


def test_the_highest_allowed_rate_is_never_exceeded() -> None:
    found = search(sharp(1000), Plan(start=50, trials=40, most=130))
    assert found.status is Status.AT_LEAST
    assert max(each.rate for each in found.observations) == 130
    assert found.rate == 130


def test_where_nothing_holds_there_is_no_capacity() -> None:
    found = search(sharp(0), Plan(start=50, trials=40))
    assert found.status is Status.NONE
    assert len(found.observations) < 40


def test_the_same_seed_tries_the_same_rates() -> None:
    once, again = (search(sharp(77), Plan(start=10, trials=40, seed=3)) for _ in range(2))
    assert once == again


def test_one_lapse_far_below_does_not_hide_capacity() -> None:
    trials = [(rate, rate < 100) for rate in (50.0, 60, 70, 80, 90, 95, 105, 110)]
    lapsed = fit([*trials, (40.0, False)])
    assert lapsed.capacity == pytest.approx(fit(trials).capacity, rel=0.05)


def test_more_trials_make_the_interval_narrower() -> None:
    few = fit([(90.0, True), (110.0, False)])
    many = fit([(90.0, True), (98.0, True), (102.0, False), (110.0, False)] * 2)
    assert many.width < few.width
    assert few.interval[0] < 100 < few.interval[1]


def test_no_rate_is_tried_at_which_a_trial_would_tell_nothing() -> None:
    """A p99 of a trial with a few dozen journeys is that of its slowest: it holds by accident."""
    found = search(sharp(10), Plan(start=100, trials=40, least=33))
    assert min(each.rate for each in found.observations) == 33
    assert (found.status, found.rate) == (Status.NONE, 0)
    assert found.reason == "no rate held; at less than 33/s a trial is too short for its percentiles"
    near = search(sharp(36), Plan(start=100, trials=60, least=33))
    assert min(each.rate for each in near.observations) >= 33
    assert near.rate == pytest.approx(36, rel=0.05)


# Whatever the platform, the machine and the plan are --------------------------------------------------------

PLANS = st.builds(
    Plan, start=st.floats(10, 500), trials=st.integers(3, 30), most=st.sampled_from([float("inf"), 600.0]),
    least=st.sampled_from([0.0, 8.0]), seed=st.integers(0, 100),
)  # fmt: skip


@settings(max_examples=25)
@given(plan=PLANS, capacity=st.floats(1, 2000), generated=st.floats(20, 5000), lapse=st.integers(0, 12))
def test_a_search_keeps_to_its_plan_and_claims_no_more_than_it_saw(
    plan: Plan, capacity: float, generated: float, lapse: int
) -> None:
    """A platform with a sharp capacity, a machine with a ceiling, and one trial that ends the other way."""
    seen = []

    def outcome(rate: float) -> Outcome:
        seen.append(rate)
        found = sharp(capacity, generated).outcome(rate)
        turned = {Outcome.HELD: Outcome.BROKE, Outcome.BROKE: Outcome.HELD}
        return turned.get(found, found) if len(seen) == lapse else found

    found = search(Decided(outcome), plan)
    assert [each.rate for each in found.observations] == seen
    assert len(seen) <= plan.trials
    assert all(min(plan.least, plan.start) <= rate <= plan.most for rate in seen)
    valid = [each.rate for each in found.observations if each.outcome is not Outcome.INVALID]
    held = [each.rate for each in found.observations if each.outcome is Outcome.HELD]
    assert found.rate <= max(valid, default=0)
    assert (found.rate > 0) is (found.status is not Status.NONE)
    if found.status in (Status.FOUND, Status.WIDE):
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.rate <= found.high
    if found.status is Status.AT_LEAST:
        assert (found.low, found.high) == (None, None)
        assert found.rate in held
        assert found.reason
    if found.status is Status.NONE:
        assert found.reason


@settings(max_examples=15)
@given(capacity=st.floats(20, 2000), start=st.floats(10, 3000), seed=st.integers(0, 100))
def test_a_sharp_capacity_is_within_what_was_found(capacity: float, start: float, seed: int) -> None:
    found = search(sharp(capacity), Plan(start=start, trials=40, seed=seed))
    assert found.status is Status.FOUND
    assert found.low is not None
    assert found.high is not None
    assert found.low * 0.99 <= capacity <= found.high * 1.01
    assert found.high - found.low <= 0.1 * found.rate
