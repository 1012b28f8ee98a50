"""The results of a load test as one document for machines. Pure; people get the same figures as tables."""

from __future__ import annotations

from dataclasses import asdict

from foundation import slo
from foundation.verdict import Verdict
from loadtests.judging.measurements import Measurements
from loadtests.planning.locustfile import CLOSED
from loadtests.recording import checks, left_out
from loadtests.recording.counters import Counters
from loadtests.recording.latency_log import Clock

QUANTILES = (50.0, 95.0, 99.0, 99.9)
_ORDER = (Clock.RESPONSE, Clock.SERVICE, Clock.DISPATCH)  # what a customer waits comes first


def document(measured: Measurements, verdict: Verdict) -> dict[str, object]:
    """Verdict, counters and percentiles in milliseconds of each series and clock."""
    job = measured.job
    return {
        "verdict": {"status": verdict.status, "findings": [asdict(finding) for finding in verdict.findings]},
        "load": {
            "run": job.run,
            "target": job.target,
            "rate": job.rate,
            "duration": job.duration,
            "seed": job.seed,
            "model": "closed" if job.closed else "open",
            "users": job.locust.users if job.locust and job.closed else None,
            "remark": CLOSED if job.closed else None,
        },
        "schedule": next((found.schedule for found in measured.summaries), None),
        "errors": errors(measured),
        "checks": checks.document(measured.checks),
        "counters": {name: asdict(measured.totals(name)) for name in measured.counters},
        "answers": _answers(measured),
        "latency_ms": {name: latencies(measured, name) for name in measured.series},
        "failures": [asdict(failure) for failure in measured.failures],
        "left_out": left_out.in_words(measured.summaries),
        "output": job.output,
    }


def errors(measured: Measurements) -> dict[str, dict[str, float]]:
    """What went wrong for good: of all journeys (ALL), of each, of each step; `share` is of the wanted."""
    named: dict[str, Counters] = {slo.ALL: measured.totals()}
    named |= {name: measured.totals(name) for name in (*measured.counters, *sorted(measured.steps))}
    return {name: _wrong(total) for name, total in named.items()}


def _wrong(total: Counters) -> dict[str, float]:
    wanted, wrong = total.wanted or total.done, total.errors + total.shed + total.turned_away
    told = {"wanted": wanted, "errors": total.errors, "shed": total.shed, "turned_away": total.turned_away}
    return {**told, "refused": total.refused, "share": wrong / wanted if wanted else 0.0}


def _answers(measured: Measurements) -> dict[str, dict[str, object]]:
    """Requests of each series, repeated ones too: how many, of what status, how many of them were no use."""
    found = measured.answers
    return {name: {"requests": each.total, **each.document()} for name, each in found.items()}


def latencies(measured: Measurements, series: str) -> dict[str, dict[str, float]]:
    """Percentiles of a series in milliseconds, by clock: {"response": {"p50": 3.1, ...}}."""
    found = {clock: measured.histogram(series, clock) for clock in _ORDER}
    return {
        clock: {f"p{quantile:g}": histogram.percentile(quantile) / 1e6 for quantile in QUANTILES}
        | {"max": histogram.maximum / 1e6, "count": histogram.total}
        for clock, histogram in found.items()
        if histogram.counts
    }
