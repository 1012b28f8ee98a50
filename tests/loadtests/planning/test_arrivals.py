"""Arrivals: their statistics, and that they are functions of the seed and the index alone."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loadtests.planning.arrivals import SECOND, Constant, Draws, Schedule, Spacing, Stream

SEEDS = range(1, 21)


def schedule(
    *, rate: float = 100, duration: float = 10, seed: int = 7, spacing: Spacing = "poisson", ratio: float = 0
) -> Schedule:
    also = (Stream(journey="browse", ratio=ratio),) if ratio else ()
    streams = (Stream(journey="order"), *also)
    return Schedule(
        profile=Constant(peak=rate), streams=streams, duration=duration, seed=seed, spacing=spacing
    )


def offsets(of: Schedule, journey: str = "order") -> list[int]:
    return [arrival.offset for arrival in of if arrival.journey == journey]


def kolmogorov_smirnov(values: list[float]) -> float:
    """The distance of the values' distribution to the exponential one of mean 1, times sqrt(n)."""
    n, cumulative = len(values), [1 - math.exp(-value) for value in sorted(values)]
    distance = max(max((i + 1) / n - c, c - i / n) for i, c in enumerate(cumulative))
    return distance * math.sqrt(n)


def test_gaps_between_poisson_arrivals_are_exponential() -> None:
    """The 99.9 % critical value is 1.95; of 20 seeds none exceeds it, few the 95 % one (1.36)."""
    distances = []
    for seed in SEEDS:
        found = offsets(schedule(rate=200, seed=seed))
        distances.append(kolmogorov_smirnov([(b - a) / SECOND * 200 for a, b in pairwise(found)]))
    assert max(distances) < 1.95
    assert sum(distance > 1.36 for distance in distances) <= 4


def test_evenly_spaced_arrivals_fail_the_test_that_poisson_arrivals_pass() -> None:
    found = offsets(schedule(rate=200, spacing="even"))
    assert kolmogorov_smirnov([(b - a) / SECOND * 200 for a, b in pairwise(found)]) > 10


def test_counts_per_second_have_a_poisson_mean_and_variance() -> None:
    """500 seconds at 50/s: the mean's standard error is 0.32, the variance's is 3.2."""
    found = offsets(schedule(rate=50, duration=500))
    counts = [0] * 500
    for offset in found:
        counts[offset // SECOND] += 1
    mean = sum(counts) / 500
    variance = sum((count - mean) ** 2 for count in counts) / 499
    assert mean == pytest.approx(50, abs=4 * 0.32)
    assert variance == pytest.approx(50, abs=4 * 3.2)


@dataclass(frozen=True)
class Ramp:
    """From nothing to the peak in ten seconds."""

    peak: float = 200

    def rate(self, seconds: float) -> float:
        return self.peak * seconds / 10


def test_thinning_follows_a_rate_that_changes() -> None:
    """A ramp to 200/s has 1,000 arrivals in 10 s, a quarter of them in its first half."""
    ramp = Schedule(profile=Ramp(), streams=(Stream(journey="order"),), duration=10, seed=7)
    found = offsets(ramp)
    assert len(found) == pytest.approx(1000, abs=4 * math.sqrt(1000))
    assert sum(offset < 5 * SECOND for offset in found) == pytest.approx(250, abs=4 * math.sqrt(250))


def test_even_arrivals_follow_a_rate_that_changes() -> None:
    ramp = Schedule(profile=Ramp(), streams=(Stream(journey="order"),), duration=10, seed=7, spacing="even")
    found = offsets(ramp)
    assert len(found) == pytest.approx(1000, abs=10)
    assert sum(offset < 5 * SECOND for offset in found) == pytest.approx(250, abs=10)


def test_even_arrivals_are_exactly_spaced() -> None:
    assert offsets(schedule(rate=4, duration=1, spacing="even")) == [
        0,
        SECOND // 4,
        SECOND // 2,
        SECOND * 3 // 4,
    ]


@given(workers=st.integers(1, 7), seed=st.integers(0, 2**32), ratio=st.sampled_from([0, 0.5, 5]))
def test_any_number_of_workers_does_the_same_work(workers: int, seed: int, ratio: float) -> None:
    whole = schedule(duration=1, seed=seed, ratio=ratio)
    parts = [list(whole.share(worker, workers)) for worker in range(workers)]
    assert sorted((a for part in parts for a in part), key=lambda a: a.index) == list(whole)
    assert len({whole.share(worker, workers).digest for worker in range(workers)}) == 1
    assert whole.share().total == sum(len(part) for part in parts)


@given(
    rate=st.floats(0.01, 500), duration=st.floats(0.001, 3), spacing=st.sampled_from(["poisson", "even"]),
    ratio=st.floats(0.1, 3),
)  # fmt: skip
@example(rate=72.4, duration=45, spacing="even", ratio=1.0).via("3,258 arrivals and a rounding error")
def test_no_arrival_is_due_when_the_load_is_over(
    rate: float, duration: float, spacing: Spacing, ratio: float
) -> None:
    for profile in (Constant(peak=rate), Ramp(peak=rate)):
        whole = Schedule(
            profile=profile, streams=(Stream(journey="order", ratio=ratio),), duration=duration, seed=7,
            spacing=spacing,
        )  # fmt: skip
        found = [arrival.offset for arrival in whole]
        assert all(0 <= offset < duration * SECOND for offset in found)
        assert found == sorted(found)


@pytest.mark.parametrize("ratio", [1.0, 2.5])
def test_thinning_keeps_the_candidates_that_their_own_draws_keep(ratio: float) -> None:
    """Spelled out: the n-th gap and whether the n-th candidate stays depend on n alone."""
    draws, peak = Draws(7, "order"), 200 * ratio
    expected, at, number = [], 0, 0
    while True:
        at += round(-math.log(draws.uniform(number, "gap")) / peak * SECOND)
        if at >= 10 * SECOND:
            break
        if draws.uniform(number, "keep") <= at / SECOND / 10:
            expected.append(at)
        number += 1
    ramp = Schedule(profile=Ramp(), streams=(Stream(journey="order", ratio=ratio),), duration=10, seed=7)
    assert offsets(ramp) == expected


def test_nothing_is_drawn_where_nothing_comes() -> None:
    none = schedule(rate=0)
    assert list(none) == []
    assert (none.share().total, list(none.share(1, 3))) == (0, [])
    assert none.share().digest == schedule(rate=0, seed=8).share().digest


def test_processes_beyond_the_arrivals_have_nothing_to_do() -> None:
    few = schedule(rate=3, duration=1, spacing="even")
    assert [[arrival.index for arrival in few.share(worker, 5)] for worker in range(5)] == [
        [0], [1], [2], [], [],
    ]  # fmt: skip


def test_arrivals_of_one_instant_come_in_the_order_of_their_journeys() -> None:
    """Two streams at one even rate: which is first is no accident."""
    both = [
        (arrival.offset, arrival.journey) for arrival in schedule(rate=2, duration=1, spacing="even", ratio=1)
    ]
    assert both == [(0, "order"), (0, "browse"), (SECOND // 2, "order"), (SECOND // 2, "browse")]


def test_a_digest_is_of_every_arrivals_time_journey_and_number() -> None:
    lines = b"".join(b"%d %s %d\n" % (a.offset, a.journey.encode(), a.number) for a in schedule(ratio=2))
    assert schedule(ratio=2).share(1, 3).digest == hashlib.blake2b(lines, digest_size=16).hexdigest()


def test_draws_fill_their_range_evenly() -> None:
    """Ten tenths of 10,000 draws; 27.9 is the 99.9 % critical value at 9 degrees of freedom."""
    draws = Draws(7, "order")
    for values in (
        [int(draws.uniform(n, "u") * 10 - 1e-12) for n in range(10_000)],
        [draws.below(n, "b", 10) for n in range(10_000)],
    ):
        counts = [values.count(tenth) for tenth in range(10)]
        assert sum(counts) == 10_000
        assert sum((count - 1000) ** 2 / 1000 for count in counts) < 27.9


def test_another_seed_is_other_work_and_the_same_seed_the_same() -> None:
    assert schedule().share().digest == schedule().share().digest
    assert schedule().share().digest != schedule(seed=8).share().digest


def test_a_second_journey_changes_nothing_in_the_first() -> None:
    assert offsets(schedule()) == offsets(schedule(ratio=5))
    other = offsets(schedule(ratio=5), "browse")
    assert len(other) == pytest.approx(5000, abs=4 * math.sqrt(5000))


def test_arrivals_are_in_order_and_indexed_without_gaps() -> None:
    found = list(schedule(ratio=5))
    assert [arrival.index for arrival in found] == list(range(len(found)))
    assert all(a.offset <= b.offset for a, b in pairwise(found))
    assert {type(arrival.offset) for arrival in found} == {int}


@given(number=st.integers(0, 2**40), limit=st.integers(1, 2**20), purpose=st.text(max_size=20))
def test_draws_depend_on_nothing_but_seed_stream_number_and_purpose(
    number: int, limit: int, purpose: str
) -> None:
    draws = Draws(7, "order")
    value = draws.below(number, purpose, limit)
    draws.uniform(number + 1, "something else")
    assert draws.below(number, purpose, limit) == value == Draws(7, "order").below(number, purpose, limit)
    assert 0 <= value < limit
    assert 0 < draws.uniform(number, purpose) <= 1


def test_draws_of_different_purposes_streams_and_seeds_are_unrelated() -> None:
    values = {Draws(seed, stream).bits(1, purpose) for seed in (1, 2) for stream in "ab" for purpose in "xy"}
    assert len(values) == 8
