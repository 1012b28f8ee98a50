"""One generator process from job to results: prepare, say ready, dispatch, drain, write the summary.

What it says on stdout is loadtests.progress; the files it leaves are read by loadtests.measurements.
"""

from __future__ import annotations

import gc
import importlib.util
import inspect
import json
import platform
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from time import monotonic_ns, time_ns

import gevent
from gevent.event import Event

from foundation.errors import ExitCode, InputError
from loadtests import feeds, ledger, summary
from loadtests.arrivals import Draws
from loadtests.generator.bench import Bench, BenchEnvironment
from loadtests.generator.client import context_of
from loadtests.generator.dispatcher import dispatch
from loadtests.generator.journey import Journey
from loadtests.generator.limits import allow_sockets, go_first
from loadtests.generator.pool import Pool
from loadtests.generator.recorder import Recorder
from loadtests.job import FILE, Job
from loadtests.ledger import Ledger
from loadtests.progress import Finished, Progress, Ready, Started, line
from loadtests.summary import Summary
from loadtests.targets import pinned

_SECOND = 1_000_000_000
_FIRST_USERS = 64
_LEAD = 0.2  # seconds between "ready" and the first instant of the load
_LAST_WORDS = 5.0  # seconds that running journeys get when the run is interrupted
_FLUSH = 0.05  # seconds at most that an outcome waits to be written
_VERSIONS = ("locust", "gevent", "geventhttpclient")


@dataclass
class _Stop:
    """Whether the run was told to end early."""

    told: bool = False

    def __call__(self) -> bool:
        return self.told


def run(job: Job, worker: int = 0) -> ExitCode:
    """Generates a worker's share of the load. Raises InputError, Refused, Unavailable before it starts."""
    target = pinned(job.target, job.allowed)
    allow_sockets(job.pool)
    go_first()
    journeys = journeys_in(Path(job.journeys), [stream.journey for stream in job.streams])
    rows = feeds.read(Path(job.feeds)) if job.feeds else {}
    digest, arrivals = job.schedule.digest()
    folder = Path(job.output) / f"worker-{worker}"
    folder.mkdir(parents=True)
    job.write(folder / FILE)
    _say(Ready(worker=worker, schedule=digest, arrivals=arrivals))
    started, started_at = monotonic_ns() + round(_LEAD * _SECOND), time_ns() + round(_LEAD * _SECOND)
    recorder = Recorder(folder, started=started, started_at=started_at, give_way=lambda: gevent.sleep(0))
    book = Ledger(folder / ledger.FILE, lambda: started_at + monotonic_ns() - started)
    bench = Bench(
        job=job,
        target=target,
        context=context_of(target, job.certificates),
        recorder=recorder,
        ledger=book,
        feeds=rows,
        draws={stream.journey: Draws(job.seed, stream.journey) for stream in job.streams},
    )
    pool = Pool(BenchEnvironment(bench), journeys, job.pool)
    for stream in job.streams:
        pool.fill(stream.journey, _FIRST_USERS)
    stop = _Stop()
    _obey_signals(stop)
    with _quiet_collector(), _ticking(bench, started, stop):
        _say(Started(worker=worker, at=started_at))
        dispatch(job.schedule.share(worker, job.processes), pool, recorder, started, stop)
        unfinished = _drained(pool, job, stop)
    book.close()
    recorder.close()
    result = Summary(
        run=job.run,
        worker=worker,
        workers=job.processes,
        schedule=digest,
        arrivals=arrivals,
        started_at=started_at,
        ended_at=started_at + monotonic_ns() - started,
        clock_step=time_ns() - (started_at + monotonic_ns() - started),
        clean=not stop.told and unfinished == 0,
        interrupted=stop.told,
        unfinished=unfinished,
        intents=book.intents,
        outcomes={str(name): count for name, count in book.outcomes.items()},
        ledger_failure=book.failure,
        intervals=recorder.intervals,
        totals={name: asdict(found) for name, found in recorder.totals.items()},
        dispatch_ms={q: recorder.dispatch.percentile(float(q)) / 1e6 for q in ("50", "99", "100")},
        versions={
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in _VERSIONS},
        },
    )
    _write_errors(recorder, folder)
    summary.write(result, folder)
    _say(Finished(worker=worker, clean=result.clean, folder=str(folder)))
    return ExitCode.INTERRUPTED if stop.told else ExitCode.OK


def journeys_in(path: Path, names: list[str]) -> Mapping[str, type[Journey]]:
    """The journeys of those names in a Python file. Raises InputError: no file, it fails, unknown name."""
    spec = importlib.util.spec_from_file_location("peakproof_journeys", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise InputError(
            "no such journeys file", where=str(path), hint="give a Python file with Journey classes"
        )
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise InputError(
            f"the journeys file fails: {type(error).__name__}: {error}", where=str(path)
        ) from error
    found = {
        value.journey: value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Journey) and hasattr(value, "journey") and value.tasks
    }
    unknown = [name for name in names if name not in found]
    if unknown:
        allowed = ", ".join(sorted(found)) or "none with tasks"
        raise InputError(f"unknown journey {unknown[0]!r}", where=str(path), hint=f"it has: {allowed}")
    return {name: found[name] for name in names}


def _drained(pool: Pool, job: Job, stop: _Stop) -> int:
    """Waits for running journeys, as long as their budget lets them run, or shortly when told to end."""
    end = monotonic_ns() + round((job.retry.deadline * 2 + 5) * _SECOND)
    while pool.running and monotonic_ns() < end and not stop():
        gevent.sleep(0.01)
    return pool.drain(_LAST_WORDS if stop() else 0)


@contextmanager
def _quiet_collector() -> Iterator[None]:
    """No full garbage collection while the load runs: only what is new is collected, each second."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


@contextmanager
def _ticking(bench: Bench, started: int, stop: _Stop) -> Iterator[None]:
    ended = Event()
    beats = [
        gevent.spawn(_flush_ledger, bench, ended),
        gevent.spawn(_every_second, bench, started, stop, ended),
    ]
    try:
        yield
    finally:
        ended.set()
        gevent.joinall(beats)  # never killed: one that writes would lose what it holds


def _flush_ledger(bench: Bench, ended: Event) -> None:
    while not ended.wait(_FLUSH):
        bench.ledger.flush()


def _every_second(bench: Bench, started: int, stop: _Stop, ended: Event) -> None:
    second = 1
    while not ended.wait(max(started + second * _SECOND - monotonic_ns(), 0) / _SECOND):
        latest = bench.recorder.snapshot(second - 1, bench.job.main)
        seen = bench.recorder.write(before=second)
        gc.collect(1)
        progress = Progress(
            second=second,
            wanted=seen.wanted,
            reached=seen.dispatched,
            in_flight=bench.recorder.running,
            p50_ms=latest.percentile(50) / 1e6,
            p99_ms=latest.percentile(99) / 1e6,
            errors=seen.errors,
            attempt_errors=seen.attempt_errors,
            turned_away=seen.turned_away,
        )
        try:
            _say(progress)
        except BrokenPipeError:  # nobody listens any more: whoever started this load is gone
            stop.told = True
        second += 1


def _obey_signals(stop: _Stop) -> None:
    def told() -> None:
        stop.told = True

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        gevent.signal_handler(number, told)


def _say(event: Ready | Started | Progress | Finished) -> None:
    sys.stdout.write(line(event))
    sys.stdout.flush()


def _write_errors(recorder: Recorder, folder: Path) -> None:
    found = [
        {**asdict(failure), "count": recorder.kinds[kind]} for kind, failure in recorder.failures.items()
    ]
    (folder / summary.ERRORS).write_text(json.dumps(found, indent=2) + "\n")
