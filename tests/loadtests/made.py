"""Measurements made by hand, so that what is concluded from them is known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from loadtests.judging.measurements import Measurements
from loadtests.planning.arrivals import Stream
from loadtests.planning.job import Job
from loadtests.recording.counters import Counters
from loadtests.recording.histograms import Histogram
from loadtests.recording.latency_log import Clock
from loadtests.recording.summary import Summary

MS = 1_000_000


def job(*, duration: float = 60, rate: float = 10, processes: int = 1, output: str = "out") -> Job:
    return Job(
        run="run",
        target="http://127.0.0.1:1",
        journeys="journeys.py",
        streams=(Stream(journey="order"), Stream(journey="look", ratio=5)),
        rate=rate,
        duration=duration,
        seed=7,
        output=output,
        processes=processes,
    )


def all_at(value_ms: float, count: int = 10) -> Histogram:
    histogram = Histogram()
    for _ in range(count):
        histogram.record(round(value_ms * MS))
    return histogram


def summary(
    *,
    arrivals: int = 600,
    clean: bool = True,
    interrupted: bool = False,
    unfinished: int = 0,
    step: int = 0,
    starved: int = 0,
) -> Summary:
    return Summary(
        run="run",
        worker=0,
        workers=1,
        schedule="abc",
        arrivals=arrivals,
        started_at=10**18,
        ended_at=10**18 + 60 * 10**9,
        clock_step=step,
        starved=starved,
        clean=clean,
        interrupted=interrupted,
        unfinished=unfinished,
        intents=0,
        outcomes={},
        ledger_failure=None,
        intervals=0,
        totals={},
        dispatch_ms={},
        versions={},
    )


def measurements(
    *,
    responses: Mapping[int, Histogram] | None = None,
    delays: Mapping[int, Histogram] | None = None,
    counters: Mapping[int, Counters] | None = None,
    summaries: tuple[Summary, ...] | None = None,
    problems: tuple[str, ...] = (),
    of: Job | None = None,
) -> Measurements:
    """A minute of ten orders a second that all went well in 5 ms, but for what is given."""
    seconds = range(60)
    well = {
        s: Counters(wanted=10, dispatched=10, done=10, completed=10, ended=10, attempts=10) for s in seconds
    }
    return Measurements(
        job=of or job(),
        folders=(Path("worker-0"),),
        summaries=(summary(),) if summaries is None else summaries,
        histograms={
            ("order", Clock.RESPONSE): {s: all_at(5) for s in seconds} | dict(responses or {}),
            ("order", Clock.DISPATCH): {s: all_at(1) for s in seconds} | dict(delays or {}),
        },
        counters={"order": well | dict(counters or {})},
        running={},
        failures=(),
        problems=problems,
    )
