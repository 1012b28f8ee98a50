"""The logistic fit of pass against rate: where half the trials hold, with an interval. Pure.

A posterior on a grid, not a maximum: trials that are cleanly apart (all below held, all above broke) have no
finite maximum of the likelihood, and they are the usual case.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LAPSE = 0.02  # the share of trials that end the other way for reasons of their own
STEEPNESS = (0.005, 0.1)  # scale of the logistic in the logarithm of the rate: 1 % to 40 % from 1/4 to 3/4
_STEPS = 12
_POINTS = 4000
_BEYOND = 4.0  # how far beyond the tried rates capacity may lie


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Rates per second: the median of what capacity may be, and the grid it was taken from."""

    rates: NDArray[np.float64]
    below: NDArray[np.float64]  # the probability that capacity is at most each rate

    def quantile(self, probability: float) -> float:
        """The rate that capacity does not exceed with a probability."""
        return float(np.exp(np.interp(probability, self.below, np.log(self.rates))))

    @property
    def capacity(self) -> float:
        return self.quantile(0.5)

    @property
    def interval(self) -> tuple[float, float]:
        """The 90 % interval."""
        return self.quantile(0.05), self.quantile(0.95)

    @property
    def width(self) -> float:
        """Of the interval, as a share of capacity."""
        low, high = self.interval
        return (high - low) / self.capacity


def fit(trials: Sequence[tuple[float, bool]]) -> Fit:
    """The fit of (rate, held); at least one trial."""
    logs = np.log([rate for rate, _ in trials])
    held = np.array([outcome for _, outcome in trials])
    beyond = math.log(_BEYOND)
    middles = np.linspace(logs.min() - beyond, logs.max() + beyond, _POINTS)
    scales = np.geomspace(*STEEPNESS, _STEPS)
    distance = (middles[:, None, None] - logs) / scales[:, None]
    holds = LAPSE + (1 - 2 * LAPSE) / (1 + np.exp(np.clip(-distance, -500, 500)))
    likelihood = np.log(np.where(held, holds, 1 - holds)).sum(axis=2)
    posterior = np.exp(likelihood - likelihood.max()).sum(axis=1)
    below = np.cumsum(posterior)
    return Fit(rates=np.exp(middles), below=below / below[-1])
