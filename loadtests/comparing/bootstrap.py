"""A percentile of several runs and how far it may be off: the hierarchical bootstrap. Pure and seeded.

Runs are drawn with replacement, and within each drawn run its blocks (Davison and Hinkley, 1997, 3.8). That
counts the noise within runs twice: once is taken off again, and no group is more certain than its blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loadtests.recording.histograms import Histogram, highest_of, index_of

DRAWS = 400


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The logarithm of a percentile in ns, its variance, and the degrees of freedom behind that variance."""

    value: float
    variance: float
    freedom: float


def estimate(runs: Sequence[Sequence[Histogram]], quantile: float, seed: int) -> Estimate:
    """The percentile of all runs together; `runs` are at least two, each with at least one block.

    The bootstrap's variance between runs is too small by (n - 1) / n: for few runs this matters.
    """
    values, counts = _table([block for run in runs for block in run], quantile)
    lengths, source = [len(run) for run in runs], np.random.default_rng(seed)
    both, within = (
        float(np.log(_percentiles(values, weights @ counts, quantile)).var())
        for weights in (_drawn(_runs_drawn(len(runs), source), lengths, source), _within(lengths, source))
    )
    whole = np.ones((1, len(counts))) @ counts
    return Estimate(
        value=float(np.log(_percentiles(values, whole, quantile))[0]),
        variance=max((both - within) * len(runs) / (len(runs) - 1), within),
        freedom=len(runs) - 1,
    )


def _table(blocks: Sequence[Histogram], quantile: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values in ns, and how often each block (row) has each value (column).

    A mixture's percentile lies between its parts' lowest and highest: what is outside is one column each.
    """
    own = [index_of(block.percentile(quantile)) for block in blocks]
    low, high = min(own), max(own)
    counts = np.zeros((len(blocks), high - low + 3))
    for row, block in enumerate(blocks):
        for index, count in block.counts.items():
            counts[row, min(max(index, low - 1), high + 1) - low + 1] += count
    values = [max(highest_of(max(index, 0)), 1) for index in range(low - 1, high + 2)]
    return np.array(values, dtype=np.float64), counts


def _runs_drawn(count: int, source: np.random.Generator) -> NDArray[np.int64]:
    """How often each run (column) was drawn in each replicate (row)."""
    return source.multinomial(count, [1 / count] * count, size=DRAWS)


def _within(lengths: Sequence[int], source: np.random.Generator) -> NDArray[np.float64]:
    """Every run once, its blocks drawn."""
    return _drawn(np.ones((DRAWS, len(lengths)), dtype=np.int64), lengths, source)


def _drawn(
    runs: NDArray[np.int64], lengths: Sequence[int], source: np.random.Generator
) -> NDArray[np.float64]:
    """How often each block (column) was drawn in each replicate (row)."""
    columns = [
        source.multinomial(times * length, [1 / length] * length)
        for times, length in zip(runs.T, lengths, strict=True)
    ]
    return np.concatenate(columns, axis=1).astype(np.float64)


def _percentiles(
    values: NDArray[np.float64], counts: NDArray[np.float64], quantile: float
) -> NDArray[np.float64]:
    """The percentile of each row of counts."""
    seen = np.cumsum(counts, axis=1)
    wanted = np.maximum(np.floor(quantile * seen[:, -1] / 100 + 0.5), 1)
    chosen: NDArray[np.float64] = values[np.argmax(seen >= wanted[:, None], axis=1)]
    return chosen
