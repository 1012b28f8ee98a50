"""Profiles: each says what its sources say, never exceeds its peak, and thinning follows it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import InputError
from loadtests.planning.arrivals import SECOND, Schedule, Stream
from loadtests.profiles import PROFILES, mean_rate, profile
from loadtests.profiles.days import PEAK_MINUTE
from loadtests.profiles.drops import MARKETS_COUNT, MIDNIGHT, QUIET
from loadtests.profiles.shape import Curve, Shape

HOUR = 3600.0
EVERY = pytest.mark.parametrize("name", sorted(PROFILES))


def schedule(
    name: str, *, peak: float = 40, duration: float = 60, seed: int = 7, ratio: float = 0
) -> Schedule:
    also = (Stream(journey="browse", ratio=ratio),) if ratio else ()
    return Schedule(
        profile=profile(name, peak=peak, duration=duration),
        streams=(Stream(journey="order"), *also),
        duration=duration,
        seed=seed,
    )


@EVERY
def test_a_profile_is_registered_under_its_name_and_says_where_it_comes_from(name: str) -> None:
    assert PROFILES[name].name == name
    assert PROFILES[name].about
    assert all(PROFILES[name].sources)


@given(name=st.sampled_from(sorted(PROFILES)), at=st.floats(0, 90), peak=st.floats(0.1, 1e4))
def test_the_rate_is_never_above_the_peak_nor_negative(name: str, at: float, peak: float) -> None:
    assert 0 <= profile(name, peak=peak, duration=90).rate(at) <= peak


@EVERY
def test_the_peak_is_reached_and_scales(name: str) -> None:
    shape = PROFILES[name]
    high = next(at for at, share in shape.points if share == 1) / shape.span * 60
    assert profile(name, peak=250, duration=60).rate(high) == pytest.approx(250, rel=1e-6)


@EVERY
def test_duration_compresses_and_the_mean_stays(name: str) -> None:
    for duration in (30, 3000):
        found = profile(name, peak=100, duration=duration)
        assert mean_rate(found, 0, duration) == pytest.approx(100 * PROFILES[name].mean, rel=0.005)


@EVERY
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_counts_of_thinning_follow_the_rate(name: str, seed: int) -> None:
    """Chi-square over 20 bins; 45.3 is the 99.9 % critical value at 20 degrees of freedom."""
    found, bins = schedule(name, peak=100, seed=seed), 20
    width = found.duration / bins
    counts = [0] * bins
    for arrival in found:
        counts[int(arrival.offset / SECOND / width)] += 1
    expected = [mean_rate(found.profile, i * width, (i + 1) * width) * width for i in range(bins)]
    assert sum((c - e) ** 2 / e for c, e in zip(counts, expected, strict=True)) < 45.3


def test_the_chi_square_test_can_fail() -> None:
    found = schedule("midnight-drop", peak=100)
    mean = sum(1 for _ in found) / 20
    counts = [0] * 20
    for arrival in found:
        counts[int(arrival.offset / SECOND / 3)] += 1
    assert sum((c - mean) ** 2 / mean for c in counts) > 45.3


@EVERY
@pytest.mark.parametrize("workers", [2, 3])
def test_any_number_of_workers_does_the_same_work(name: str, workers: int) -> None:
    whole = schedule(name, duration=5, ratio=2)
    parts = [arrival for worker in range(workers) for arrival in whole.share(worker, workers)]
    assert sorted(parts, key=lambda arrival: arrival.index) == list(whole)


def test_evenly_spaced_arrivals_follow_a_profile() -> None:
    drop = PROFILES["midnight-drop"]
    even = Schedule(
        profile=Curve(shape=drop, peak=100, duration=60),
        streams=(Stream(journey="order"),), duration=60, seed=7, spacing="even",
    )  # fmt: skip
    assert sum(1 for _ in even) == pytest.approx(6000 * drop.mean, rel=0.01)


# What the sources say ---------------------------------------------------------------------------------------


def test_a_campaign_day_begins_with_ten_times_the_load() -> None:
    """Boozt: 10x at 00:00; Alibaba: the peak 26 s after midnight."""
    drop = PROFILES["midnight-drop"]
    assert drop.share(MIDNIGHT - 1) == pytest.approx(1 / 10)
    assert drop.share(MIDNIGHT + 26) == 1
    assert drop.share(MIDNIGHT) > drop.share(MIDNIGHT - 1)


def test_black_friday_has_its_humps_and_its_peak_hour() -> None:
    """Poland: humps at 11:00 and 20:00; the peak hour is 1.4 to 1.6 times the mean of the day."""
    day = PROFILES["black-friday-day"]
    for hump in (11 * HOUR, 20 * HOUR):
        assert day.share(hump) > max(day.share(hump - HOUR), day.share(hump + HOUR))
    busiest = max(mean_rate(Curve(shape=day, peak=1, duration=day.span), h, h + HOUR) for h in _hours(day))
    assert 1.4 <= busiest / day.mean <= 1.6


def test_the_peak_minute_of_the_weekend() -> None:
    """It is 2.0 to 2.8 times the mean of the weekend."""
    weekend = PROFILES["bfcm-peak"]
    assert 2.0 <= 1 / weekend.mean <= 2.8
    assert weekend.span == 4 * 24 * HOUR
    assert weekend.share(PEAK_MINUTE + 30) == 1 > weekend.share(PEAK_MINUTE + 61)


def test_a_promotion_shocks_for_twenty_minutes() -> None:
    """Allegro, 2018: an outage of 20 minutes."""
    shock = PROFILES["promo-shock"]
    full = [at for at in range(int(shock.span)) if shock.share(at) == 1]
    assert full[-1] - full[0] == pytest.approx(20 * 60, abs=1)
    assert shock.share(0) == QUIET


def test_fifteen_markets_have_fifteen_midnights() -> None:
    markets = PROFILES["markets"]
    peaks = [market * HOUR + MIDNIGHT + 26 for market in range(MARKETS_COUNT)]
    assert [markets.share(at) for at in peaks] == [1.0] * 15
    assert all(markets.share(at + HOUR / 2 - 26) < 0.5 for at in peaks)


def test_companies_order_in_office_hours() -> None:
    day = PROFILES["b2b-day"]
    assert day.share(11 * HOUR) == 1
    assert day.share(3 * HOUR) <= 0.05 < day.share(12 * HOUR) < day.share(14 * HOUR)


def test_a_staircase_has_ten_equal_steps() -> None:
    stairs = profile("staircase", peak=100, duration=100)
    assert [round(stairs.rate(at)) for at in range(5, 100, 10)] == list(range(10, 101, 10))
    assert stairs.rate(9.9) == stairs.rate(0.1)


def test_a_soak_stays_at_its_peak() -> None:
    soak = PROFILES["soak"]
    assert soak.mean > 0.98
    assert soak.span == 8 * HOUR


# Mistakes ---------------------------------------------------------------------------------------------------


def test_an_unknown_profile_is_told_with_those_there_are() -> None:
    with pytest.raises(InputError, match="unknown profile 'midnight'") as raised:
        profile("midnight", peak=1, duration=1)
    assert "midnight-drop" in (raised.value.hint or "")


@pytest.mark.parametrize(
    "points", [((1, 1), (2, 1)), ((0, 1), (0, 1)), ((0, 0.5), (1, 0.9)), ((0, -1), (1, 1))]
)
def test_a_shape_that_makes_no_sense_cannot_be_written(points: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValueError, match="odd: "):
        Shape(name="odd", about="", points=points, sources=())


def _hours(day: Shape) -> list[float]:
    return [hour * HOUR / 2 for hour in range(math.floor(day.span / HOUR) * 2 - 1)]
