"""The bootstrap of a percentile: its value exactly, its variance as the runs differ, nothing by chance."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests.comparing.bootstrap import estimate
from loadtests.recording.histograms import Histogram, merged, of

blocks = st.lists(st.integers(10**8, 10**8 * 6 // 5), min_size=1, max_size=30).map(of)
sides = st.lists(st.lists(blocks, min_size=1, max_size=4), min_size=2, max_size=4)


@settings(max_examples=20)
@given(sides, st.sampled_from([1.0, 50.0, 90.0, 99.0]))
def test_the_value_is_the_percentile_of_all_runs_together(
    runs: list[list[Histogram]], quantile: float
) -> None:
    together = merged(block for run in runs for block in run)
    found = estimate(runs, quantile, 7)
    assert found.value == pytest.approx(math.log(max(together.percentile(quantile), 1)))
    assert found.variance >= 0
    assert found.freedom == len(runs) - 1


@settings(max_examples=5)
@given(sides, st.integers(0, 2**32))
def test_equal_seeds_tell_the_same(runs: list[list[Histogram]], seed: int) -> None:
    assert estimate(runs, 90, seed) == estimate(runs, 90, seed)


def test_runs_that_are_all_alike_leave_no_doubt() -> None:
    alike = [[of([10**6] * 50)] * 3] * 4
    assert estimate(alike, 99, 7).variance == pytest.approx(0, abs=1e-20)


def runs(between: float, within: float, count: int = 8, seed: int = 1) -> list[list[Histogram]]:
    """Runs of which each and each block of which is shifted by chance; a block is narrow."""
    source = np.random.default_rng(seed)
    return [
        [
            of([round(10**8 * math.exp(run + source.normal(0, within)))] * 100)
            for _ in range(6)
        ]
        for run in source.normal(0, between, count)
    ]  # fmt: skip


def test_the_variance_is_that_of_the_mean_of_runs() -> None:
    """Forty simulated sides: their values vary among themselves about as each says of itself."""
    found = [estimate(runs(0.1, 0.001, seed=seed), 50, 7) for seed in range(40)]
    told = float(np.mean([each.variance for each in found]))
    seen = float(np.var([each.value for each in found]))
    assert told == pytest.approx(seen, rel=0.5)


def test_runs_that_differ_more_are_less_certain() -> None:
    variances = [estimate(runs(between, 0.01), 50, 7).variance for between in (0.01, 0.05, 0.25)]
    assert all(b > 4 * a for a, b in pairwise(variances))


def test_no_group_is_more_certain_than_its_blocks() -> None:
    """Runs with one mean, of blocks that scatter: what the blocks leave open stays open."""
    scattered = runs(0.0, 0.2, count=4)
    alone = [[block for run in scattered for block in run]]
    assert estimate(scattered, 50, 7).variance >= 0.2**2 / 24 / 4
    assert estimate([*alone, *alone], 50, 7).variance > 0


def test_more_runs_are_more_certain() -> None:
    few, many = estimate(runs(0.1, 0.01, count=3), 50, 7), estimate(runs(0.1, 0.01, count=40), 50, 7)
    assert many.variance < few.variance
    assert (few.freedom, many.freedom) == (2, 39)
