"""Runs of a made-up service whose differences are known: what the error rates of comparisons are told by.

Response times are log-normal; runs and blocks differ among themselves as real ones do. Sends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loadtests.comparing.runs import Run
from loadtests.recording.histograms import Histogram, index_of


@dataclass(frozen=True, kw_only=True)
class Service:
    """`p99` is in ms. `between` and `within` are the deviations of the logarithm between runs and blocks."""

    p99: float = 200.0
    shape: float = 0.6
    between: float = 0.03
    within: float = 0.03
    rate: int = 60
    blocks: int = 6
    steps: int = 3


def runs(service: Service, count: int, seed: int) -> list[Run]:
    """Independent runs; equal seeds give equal runs."""
    source = np.random.default_rng(seed)
    return [_run(service, f"run-{number}", source) for number in range(count)]


def _run(service: Service, name: str, source: np.random.Generator) -> Run:
    centre = np.log(service.p99 * 1e6) - 2.3263 * service.shape + source.normal(0, service.between)
    shifts = centre + source.normal(0, service.within, size=service.blocks)
    return Run(
        name=name,
        blocks={
            f"order/step-{step}": [_block(service, shift, source) for shift in shifts]
            for step in range(service.steps)
        },
    )


def _block(service: Service, shift: float, source: np.random.Generator) -> Histogram:
    times = source.lognormal(shift, service.shape, size=service.rate * 10)
    histogram = Histogram()
    for time in times.astype(np.int64).tolist():
        histogram.counts[index_of(time)] += 1
    return histogram
