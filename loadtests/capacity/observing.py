"""From what a load test measured to whether its rate held. Pure; it starts nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from foundation.slo import Objective
from loadtests.capacity.stationary import slope
from loadtests.capacity.trials import Observation, Outcome
from loadtests.judging import implied, objectives, validity
from loadtests.judging.in_flight import in_flight
from loadtests.judging.measurements import Measurements

DRAIN = 10.0  # seconds
V = TypeVar("V")


def observe(measured: Measurements, promised: Sequence[Objective], warm_up: int) -> Observation:
    """A rate holds if its objectives hold, no arrival was turned away, and the queues stay and drain.

    `warm_up` is the number of seconds at the start that are not judged.
    """
    main, steady = measured.job.main, without_start(measured, warm_up)
    doubts = [_said(finding.name, finding.observed) for finding in validity.findings(measured, promised)
              if not finding.holds]  # fmt: skip
    asked = [*objectives.evaluate(promised, steady), implied.ended_well(steady)]
    reasons = [_said(finding.name, finding.observed) for finding in asked if not finding.holds]
    reasons += [*_turned_away(steady), *_growing(measured, warm_up), *_not_drained(measured)]
    outcome = Outcome.INVALID if doubts else Outcome.BROKE if reasons else Outcome.HELD
    return Observation(
        rate=measured.job.rate,
        outcome=outcome,
        reasons=tuple(doubts or reasons),
        p99=steady.histogram(main).percentile(99) / 1e9 or None,
        throughput=steady.totals(main, steady.seconds).completed / max(len(steady.seconds), 1),
    )


def without_start(measured: Measurements, seconds: int) -> Measurements:
    """The measurements as if the load had begun some seconds later."""
    job = measured.job
    return replace(
        measured,
        job=replace(job, duration=job.duration - seconds),
        histograms={name: _later(found, seconds) for name, found in measured.histograms.items()},
        counters={name: _later(found, seconds) for name, found in measured.counters.items()},
        running=_later(measured.running, seconds),
    )


def _later(found: Mapping[int, V], seconds: int) -> dict[int, V]:
    return {second - seconds: value for second, value in found.items() if second >= seconds}


def _said(name: str, observed: str) -> str:
    return f"{name}: {observed}"


def _turned_away(steady: Measurements) -> list[str]:
    away = steady.totals().turned_away
    return [f"{away:,} arrivals turned away"] if away else []


def _growing(measured: Measurements, warm_up: int) -> list[str]:
    found = slope(in_flight(measured)[warm_up:])
    if found.stationary:
        return []
    return [f"in flight grows by {found.value:.2g}/s (95 %: {found.low:.2g} to {found.high:.2g})"]


def _not_drained(measured: Measurements) -> list[str]:
    end = round(measured.job.duration * 1e9)
    took = max((found.ended_at - found.started_at - end for found in measured.summaries), default=0) / 1e9
    return [f"took {took:.1f} s to drain"] if took > DRAIN else []
