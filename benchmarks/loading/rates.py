"""The generator against the web server: whether a rate is sent in full and on time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from loadtests.judging import measurements
from loadtests.judging.measurements import Measurements
from loadtests.local import generate
from loadtests.planning.arrivals import Spacing, Stream
from loadtests.planning.job import Job
from loadtests.recording.histograms import merged
from loadtests.recording.latency_log import Clock

JOURNEYS = Path(__file__).parent / "journeys.py"


ON_TIME = 10.0  # ms of dispatch delay, p99


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What came of a rate; latencies in ms."""

    turned_away: int
    errors: int
    dispatch_p99: float
    response_p99: float
    problems: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether all was sent, on time, answered and recorded."""
        return not (self.turned_away or self.errors or self.problems) and self.dispatch_p99 <= ON_TIME


def send(url: str, rate: float, seconds: float, *, spacing: Spacing = "poisson") -> Sent:
    """Sends a rate of one-step orders with ledger, recording and checks, from two processes."""
    found = measured(order(url, rate, seconds, spacing))
    total = found.totals("order")
    delays = found.histograms["order", Clock.DISPATCH]
    return Sent(
        turned_away=total.turned_away,
        errors=total.errors,
        dispatch_p99=merged(delays.values()).percentile(99) / 1e6,
        response_p99=found.histogram("order", Clock.RESPONSE).percentile(99) / 1e6,
        problems=found.problems,
    )


def order(url: str, rate: float, seconds: float, spacing: Spacing, journey: str = "order") -> Job:
    """The job of a rate; `journey` is one of the benchmark's. Its output folder is still to be given."""
    return Job(
        run="benchmark", target=url, journeys=str(JOURNEYS), streams=(Stream(journey=journey),),
        rate=rate, duration=seconds, seed=7, output="", spacing=spacing, processes=2,
    )  # fmt: skip


def measured(job: Job) -> Measurements:
    """Runs a job in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        generate(replace(job, output=folder), lambda _: None)
        return measurements.read(Path(folder))


def highest(clean: Callable[[float], bool], rates: Iterable[float]) -> float:
    """The highest of rising rates that is clean; after two that are not, none is tried any more."""
    best, missed = 0.0, 0
    for rate in rates:
        if clean(rate):
            best, missed = rate, 0
        elif (missed := missed + 1) == 2:
            break
    return best
