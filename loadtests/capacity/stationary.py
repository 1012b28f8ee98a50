"""Whether a queue stays as long as it is: the slope of its length over time with its interval. Pure.

Neighbouring seconds of a queue resemble each other, so batch means are fitted, not seconds (Law and Kelton,
Simulation Modeling and Analysis, 9.5.3): otherwise a busy but stable queue seems to grow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from loadtests.judging import student

BATCHES = 10


@dataclass(frozen=True, kw_only=True)
class Slope:
    """Growth of a queue in entries per second, with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def stationary(self) -> bool:
        """Whether the interval includes 0 or less."""
        return self.low <= 0


def slope(lengths: Sequence[float]) -> Slope:
    """The slope of a series with one value a second. Raises ValueError below three values."""
    if len(lengths) < 3:
        raise ValueError("a slope needs at least three seconds")
    batches = np.array_split(np.asarray(lengths, dtype=np.float64), min(BATCHES, len(lengths)))
    values = np.array([batch.mean() for batch in batches])
    times = np.cumsum([len(batch) for batch in batches]) - np.array([len(batch) for batch in batches]) / 2
    centred = times - times.mean()
    value = float(centred @ values / (centred @ centred))
    rest = values - values.mean() - value * centred
    freedom = len(values) - 2
    error = float(np.sqrt(rest @ rest / freedom / (centred @ centred)))
    half = student.quantile(0.975, freedom) * error
    return Slope(value=value, low=value - half, high=value + half)
