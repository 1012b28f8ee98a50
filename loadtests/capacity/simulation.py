"""A queue of one server whose capacity is known in closed form: what the search is judged by. Sends nothing.

M/M/1: response times are exponential with rate (service - arrivals), so p99 meets its limit at
service - ln(100) / limit (Kleinrock, Queueing Systems I, 1975).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from loadtests.capacity.stationary import slope
from loadtests.capacity.trials import Observation, Outcome


@dataclass
class Queue:
    """A trial on a queue: rates per second, times in seconds. Equal seeds behave equally."""

    service: float
    limit: float
    seed: int
    warm_up: int = 5
    measure: int = 30
    source: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.source = np.random.default_rng(self.seed)

    @property
    def capacity(self) -> float:
        return self.service - math.log(100) / self.limit

    def run(self, rate: float) -> Observation:
        """Whether p99 keeps its limit, the queue is stationary and drains within 10 s."""
        end = self.warm_up + self.measure
        arrivals = np.cumsum(self.source.exponential(1 / rate, size=int(rate * end * 1.2) + 100))
        arrivals = arrivals[arrivals < end]
        work = np.cumsum(self.source.exponential(1 / self.service, size=len(arrivals)))
        # Lindley's recursion in one pass: a departure is the work since the server was last idle.
        idle = np.maximum.accumulate(arrivals - np.concatenate([[0.0], work[:-1]]))
        departures = idle + work
        times = np.arange(self.warm_up, end)
        lengths = np.searchsorted(arrivals, times) - np.searchsorted(departures, times)
        p99 = float(np.percentile((departures - arrivals)[arrivals >= self.warm_up], 99))
        holds = p99 < self.limit and slope(lengths.tolist()).stationary and departures[-1] - end <= 10
        return Observation(rate=rate, outcome=Outcome.HELD if holds else Outcome.BROKE, p99=p99)
