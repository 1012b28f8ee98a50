"""The generator against the web server: whether a rate is sent in full and on time."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from loadtests import measurements
from loadtests.arrivals import Spacing, Stream
from loadtests.histograms import merged
from loadtests.job import Job
from loadtests.latency_log import Clock
from loadtests.local import generate

JOURNEYS = Path(__file__).parent / "journeys.py"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What came of a rate: latencies in ms; `clean` when all was sent, answered and recorded."""

    rate: float
    dispatched: int
    turned_away: int
    errors: int
    dispatch_p99: float
    worst_second: float
    service_p99: float
    response_p99: float
    problems: tuple[str, ...]


def send(
    url: str, rate: float, seconds: float, *, spacing: Spacing = "poisson", processes: int = 2, seed: int = 7
) -> Sent:
    """Sends a rate of one-step orders with ledger, recording and checks."""
    with tempfile.TemporaryDirectory() as folder:
        job = Job(
            run="benchmark", target=url, journeys=str(JOURNEYS), streams=(Stream(journey="order"),),
            rate=rate, duration=seconds, seed=seed, output=folder, spacing=spacing, processes=processes,
        )  # fmt: skip
        generate(job, lambda _: None)
        found = measurements.read(Path(folder))
    total = found.totals("order")
    delays = found.histograms["order", Clock.DISPATCH]
    return Sent(
        rate=rate,
        dispatched=total.dispatched,
        turned_away=total.turned_away,
        errors=total.errors,
        dispatch_p99=merged(delays.values()).percentile(99) / 1e6,
        worst_second=max((each.percentile(99) / 1e6 for each in delays.values()), default=0.0),
        service_p99=found.histogram("order", Clock.SERVICE).percentile(99) / 1e6,
        response_p99=found.histogram("order", Clock.RESPONSE).percentile(99) / 1e6,
        problems=found.problems,
    )
