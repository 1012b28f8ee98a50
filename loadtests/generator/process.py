"""One generator process from job to results: prepare, fill, agree on the start, send, write the summary.

What it says on stdout is recording.progress; the files it leaves are read by judging.measurements.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from time import time_ns

from locust.runners import WorkerRunner

from foundation.errors import ExitCode
from loadtests.generator import loads, self_test
from loadtests.generator.bench import Bench, bench
from loadtests.generator.control import Control, obeying_signals, say
from loadtests.generator.limits import go_first
from loadtests.generator.loads import Sent
from loadtests.generator.preparing import Prepared, prepared
from loadtests.generator.recorder import Recorder
from loadtests.planning.job import Job
from loadtests.recording import machine, sources, summary
from loadtests.recording.progress import Finished, Ready
from loadtests.recording.summary import Summary, Tested

_LEAD = 0.2  # seconds from ready to the first instant of the load
_VERSIONS = ("locust", "gevent", "geventhttpclient")

# Told that a process is ready; returns when the load starts, ns since the epoch.
Agree = Callable[[Ready], int]


def alone(ready: Ready) -> int:
    """The agreement of a process that has nobody to wait for."""
    say(ready)
    return time_ns() + round(_LEAD * 1e9)


def run(
    job: Job,
    worker: int = 0,
    agree: Agree = alone,
    *,
    stop: Control | None = None,
    member: WorkerRunner | None = None,
) -> ExitCode:
    """Generates a worker's share of the load. Raises InputError, Refused, Unavailable before it starts.

    `stop` is whoever may end it, by default this process's signals; `member` is Locust's runner of users
    whom a master starts.
    """
    ready = prepared(job, worker)
    shown = self_test.tested(job, worker)
    go_first()  # once more: a heavy test gave way
    here = bench(job, ready.folder, ready.target, ready.context, worker=worker, rows=ready.feeds, tell=say)
    load = loads.load(here, ready, member)
    load.fill(stop or Control(say=say))
    here.begin(agree(Ready(worker=worker, schedule=ready.share.digest, arrivals=ready.share.total)))
    stop = stop or obeying_signals()
    sent = load.send(stop)
    here.close()
    result = _summary(here, ready, shown, sent, stop)
    _write_errors(here.recorder, ready.folder)
    summary.write(result, ready.folder)
    stop.say(Finished(worker=worker, clean=result.clean, folder=str(ready.folder)))
    return ExitCode.INTERRUPTED if result.interrupted else ExitCode.OK


def _summary(here: Bench, ready: Prepared, shown: Tested | None, sent: Sent, stop: Control) -> Summary:
    recorder, book, ended_at = here.recorder, here.ledger, here.beginning.now()
    interrupted = stop() and not stop.on_purpose
    versions = {name: metadata.version(name) for name in _VERSIONS}
    return Summary(
        run=here.job.run,
        worker=here.worker,
        workers=here.job.processes,
        schedule=ready.share.digest,
        arrivals=ready.share.total,
        started_at=here.beginning.at,
        ended_at=ended_at,
        clock_step=time_ns() - ended_at,
        clean=not interrupted and (sent.unfinished == 0 or stop.on_purpose),
        interrupted=interrupted,
        unfinished=sent.unfinished,
        exit_code=sent.exit_code,
        ended_itself=stop.on_purpose,
        left_out=dict(recorder.left_out),
        sources=sources.digests(here.job),
        machine=machine.described(),
        answers=dict(recorder.answers),
        checks=dict(recorder.checks),
        starved=recorder.starved,
        surplus=recorder.surplus,
        intents=book.intents,
        outcomes={str(name): count for name, count in book.outcomes.items()},
        ledger_failure=book.failure,
        intervals=recorder.intervals,
        totals={name: asdict(found) for name, found in recorder.totals.items()},
        dispatch_ms={q: recorder.dispatch.percentile(float(q)) / 1e6 for q in ("50", "99", "100")},
        versions={"python": platform.python_version(), **versions},
        self_test=shown,
    )


def _write_errors(recorder: Recorder, folder: Path) -> None:
    found = [
        {**asdict(failure), "count": recorder.kinds[kind]} for kind, failure in recorder.failures.items()
    ]
    (folder / summary.ERRORS).write_text(json.dumps(found, indent=2) + "\n")
