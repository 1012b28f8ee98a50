"""Response times on a server that stalls on a known schedule, against an oracle that replays the arrivals."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.figures import Figure
from benchmarks.loading import nginx, peers, rates, stalls
from benchmarks.loading.thinking import THINK
from loadtests.recording.histograms import Histogram, of

EVERY, LENGTH = 10.0, 2.0  # seconds: stalled for a fifth of the time
RATE = 200.0
_STEPS = {"order": 1, "visit": 3}
_USERS = 32
_QUANTILES = (99.0, 99.9)
_NO_WRK2 = "not measured: wrk2 has no package in Debian, and this benchmark drives Vegeta as the open peer"


def figures(server: nginx.Server, seconds: float) -> dict[str, Figure]:
    """How far p99 and p99.9 are from the oracle's, for journeys of one and of three steps; and the peers."""
    worker = stalls.worker_of(server.process)
    peer = _beside(server.url, worker, seconds)
    ours = {
        f"p99 and p99.9 off the oracle's, {steps} steps": _figure(server.url, worker, journey, seconds, peer)
        for journey, steps in _STEPS.items()
    }
    return ours | {
        "wrk2's p99 and p99.9 off the oracle's": Figure(value=None, unit="%", goal=1, reason=_NO_WRK2)
    }


def _figure(url: str, worker: int, journey: str, seconds: float, peer: Mapping[str, float]) -> Figure:
    job = rates.order(url, RATE, seconds, "poisson", journey)
    with stalls.stalling(worker, EVERY, LENGTH) as known:
        found = rates.measured(job)
    assert found.started_at is not None
    arrivals = [found.started_at + arrival.offset for arrival in job.schedule]
    oracle = of(stalls.waited(arrivals, known, _STEPS[journey], THINK))
    ours = found.histogram(journey)
    off = [abs(ours.percentile(q) / oracle.percentile(q) - 1) * 100 for q in _QUANTILES]
    return Figure(
        value=max(off), unit="%", goal=1, reason=f"{_told(ours)}; the oracle {_told(oracle)}",
        peer=peer if _STEPS[journey] == 1 else {},
    )  # fmt: skip


def _told(found: Histogram) -> str:
    return ", ".join(f"p{quantile:g} {found.percentile(quantile) / 1e6:.0f} ms" for quantile in _QUANTILES)


def _beside(url: str, worker: int, seconds: float) -> dict[str, float]:
    """What others tell of the same stalls: closed loops, and Vegeta, which is open; ms."""
    with stalls.stalling(worker, EVERY, LENGTH):
        plain = peers.closed("plain", url, _USERS, seconds)
    told = {
        f"FastHttpUser, closed, {_USERS} users, p99, ms": plain.p99,
        f"FastHttpUser, closed, {_USERS} users, p99.9, ms": plain.p999,
    }
    if (vegeta := peers.found("vegeta")) is not None:
        with stalls.stalling(worker, EVERY, LENGTH):
            reached = peers.vegeta(vegeta, url, RATE, seconds)
        told |= {"Vegeta, open, p99, ms": reached.p99, "Vegeta, open, p99.9, ms": reached.p999}
    return told
