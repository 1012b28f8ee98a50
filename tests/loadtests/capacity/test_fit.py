"""The fit of what held against rate: its middle, its interval, and what must not move it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests.capacity.fit import LAPSE, STEEPNESS, fit

trials = st.lists(st.tuples(st.floats(1, 1000), st.booleans()), min_size=1, max_size=12)
few = settings(max_examples=12)


def likelihood(middle: float, scale: float, tried: list[tuple[float, bool]]) -> float:
    """How probable it is what the trials showed, spelled out."""
    found = 1.0
    for rate, held in tried:
        holds = LAPSE + (1 - 2 * LAPSE) / (1 + math.exp(min((math.log(rate) - middle) / scale, 500)))
        found *= holds if held else 1 - holds
    return found


@pytest.mark.parametrize(
    "tried",
    [
        [(90.0, True), (110.0, False)],
        [(50.0, True), (100.0, False), (100.0, True), (200.0, False)],
        [(40.0, False), (90.0, True), (95.0, True), (105.0, False)],
    ],
)
def test_the_fit_is_the_posterior_of_all_middles_and_scales(tried: list[tuple[float, bool]]) -> None:
    middles = np.linspace(
        math.log(min(r for r, _ in tried) / 4), math.log(max(r for r, _ in tried) * 4), 1500
    )
    scales = np.geomspace(*STEEPNESS, 12)
    weights = [sum(likelihood(float(m), float(s), tried) for s in scales) for m in middles]
    below = np.cumsum(weights) / sum(weights)
    expected = float(np.exp(middles[int(np.searchsorted(below, 0.5))]))
    assert fit(tried).capacity == pytest.approx(expected, rel=0.005)


@few
@given(trials)
def test_the_interval_is_around_the_capacity_and_grows_with_what_it_must_hold(
    tried: list[tuple[float, bool]],
) -> None:
    found = fit(tried)
    low, high = found.interval
    assert low < found.capacity < high
    assert found.width == pytest.approx((high - low) / found.capacity)
    quantiles = [found.quantile(p) for p in (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)]
    assert quantiles == sorted(quantiles)


@few
@given(trials, st.floats(0.1, 10))
def test_the_unit_of_a_rate_does_not_matter(tried: list[tuple[float, bool]], factor: float) -> None:
    scaled = fit([(rate * factor, held) for rate, held in tried])
    assert scaled.capacity == pytest.approx(fit(tried).capacity * factor, rel=1e-6)
    assert scaled.width == pytest.approx(fit(tried).width, rel=1e-6)


@few
@given(trials, st.randoms(use_true_random=False))
def test_the_order_of_trials_does_not_matter(tried: list[tuple[float, bool]], draw: object) -> None:
    shuffled = list(tried)
    draw.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fit(shuffled).capacity == pytest.approx(fit(tried).capacity, rel=1e-9)


@few
@given(trials, st.floats(1, 1000))
def test_one_more_that_held_never_lowers_capacity_and_one_that_broke_never_raises_it(
    tried: list[tuple[float, bool]], rate: float
) -> None:
    """As far as the grid knows: trials beyond the tried rates widen it."""
    within = min(max(rate, min(r for r, _ in tried)), max(r for r, _ in tried))
    before = fit(tried).capacity
    assert fit([*tried, (within, True)]).capacity >= before * 0.999
    assert fit([*tried, (within, False)]).capacity <= before * 1.001


def test_trials_that_only_held_bound_capacity_from_below_alone() -> None:
    low, high = fit([(100.0, True)] * 6).interval
    assert 95 < low < 130
    assert high > 300


@pytest.mark.parametrize("capacity", [3.0, 100.0, 20_000.0])
def test_what_is_cleanly_apart_has_its_capacity_between(capacity: float) -> None:
    shares = (0.5, 0.8, 0.9, 0.95, 1.05, 1.1, 1.3)
    found = fit([(capacity * share, share < 1) for share in shares])
    assert found.capacity == pytest.approx(capacity, rel=0.02)
    assert found.interval[0] > capacity * 0.9
    assert found.interval[1] < capacity * 1.1
