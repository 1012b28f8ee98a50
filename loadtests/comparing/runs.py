"""A run as comparisons see it: for each series, its response times in blocks of ten seconds. Pure.

The unit is the run: seconds of one run resemble each other, and counting them as independent finds
differences that are not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loadtests.judging.measurements import Measurements
from loadtests.recording.histograms import Histogram, merged
from loadtests.recording.latency_log import Clock

BLOCK = 10  # seconds


@dataclass(frozen=True, kw_only=True)
class Run:
    """`blocks` are histograms of response times in ns, in order of time; an empty block is left out."""

    name: str
    blocks: Mapping[str, Sequence[Histogram]]

    def total(self, series: str) -> int:
        """How many values a series has."""
        return sum(block.total for block in self.blocks.get(series, ()))

    def percentile(self, series: str, quantile: float) -> float:
        """A percentile of the whole run in ns; 0 when the series was not measured."""
        return float(merged(self.blocks.get(series, ())).percentile(quantile))


def run_of(name: str, measured: Measurements) -> Run:
    """The run in measurements."""
    return Run(name=name, blocks={series: _blocks(measured, series) for series in measured.series})


def _blocks(measured: Measurements, series: str) -> list[Histogram]:
    starts = range(0, len(measured.seconds), BLOCK)
    found = (measured.histogram(series, Clock.RESPONSE, range(at, at + BLOCK)) for at in starts)
    return [block for block in found if block.counts]
