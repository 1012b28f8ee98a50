"""One generator process from job to results: prepare, agree on the start, dispatch, drain, write the summary.

What it says on stdout is loadtests.progress; the files it leaves are read by loadtests.measurements.
"""

from __future__ import annotations

import json
import platform
import signal
import ssl
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from time import monotonic_ns, time_ns

import gevent
from locust.runners import WorkerRunner

from foundation.errors import ExitCode
from loadtests import feeds, ledger, summary
from loadtests.arrivals import Draws, Share
from loadtests.feeds import Row
from loadtests.generator import self_test
from loadtests.generator.beats import beating, quiet_collector
from loadtests.generator.bench import Bench, BenchEnvironment
from loadtests.generator.client import context_of
from loadtests.generator.dispatcher import dispatch
from loadtests.generator.journey import Journey
from loadtests.generator.journeys_file import journeys_in
from loadtests.generator.limits import allow_ports, allow_sockets, go_first, ports_needed
from loadtests.generator.locustfiles import closed, loading
from loadtests.generator.locustfiles.guard import stay_within
from loadtests.generator.locustfiles.loading import Locustfile
from loadtests.generator.locustfiles.users import Users
from loadtests.generator.pool import Pool
from loadtests.generator.recorder import Recorder
from loadtests.generator.watching import Told, served
from loadtests.job import FILE, Job
from loadtests.ledger import Ledger
from loadtests.locustfile import IGNORED
from loadtests.progress import Event, Finished, Note, Progress, Ready, Started, line
from loadtests.summary import Summary
from loadtests.targets import Target, pinned, reach

_SECOND = 1_000_000_000
_FIRST_USERS = 64
_LEAD = 0.2  # seconds from ready to the first instant of the load
_LAST_WORDS = 5.0  # seconds that running journeys get when the run is interrupted
_VERSIONS = ("locust", "gevent", "geventhttpclient")

# Told that a process is ready; returns when the load starts, ns since the epoch.
Agree = Callable[[Ready], int]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """All that can fail before anything is sent, done."""

    target: Target
    context: ssl.SSLContext | None
    journeys: Mapping[str, type[Journey]]
    locustfile: Locustfile | None
    feeds: Mapping[str, tuple[Row, ...]]
    share: Share
    folder: Path


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """The load's start on both clocks, in ns; from then on only the monotonic one is read."""

    at: int
    monotonic: int

    def now(self) -> int:
        """Nanoseconds since the epoch, by the monotonic clock."""
        return self.at + monotonic_ns() - self.monotonic


@dataclass(frozen=True, kw_only=True)
class Sent:
    """How sending ended: journeys that had to be ended, and the exit code that a locustfile asked for."""

    unfinished: int
    exit_code: int | None = None


@dataclass(kw_only=True)
class Control:
    """Whether a run was told to end early, and where it says what it does."""

    say: Callable[[Event], None]
    told: bool = False
    over: bool = False  # a master says when its members' time is over

    def __call__(self) -> bool:
        return self.told

    def end(self) -> None:
        self.told = True


def alone(ready: Ready) -> int:
    """The agreement of a process that has nobody to wait for."""
    say(ready)
    return time_ns() + round(_LEAD * _SECOND)


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
    prepared = _prepared(job, worker)
    shown = self_test.tested(job, worker)
    go_first()  # once more: a heavy test gave way
    users = _seated(job, prepared, stop.say if stop else say)
    at = agree(Ready(worker=worker, schedule=prepared.share.digest, arrivals=prepared.share.total))
    beginning = Beginning(at=at, monotonic=monotonic_ns() + at - time_ns())
    bench = _bench(job, prepared, beginning)
    stop = stop or _obeying_signals()
    sent = _load(bench, prepared, users, member, beginning, worker, stop)
    bench.ledger.close()
    bench.recorder.close()
    result = _summary(bench, prepared, beginning, worker, sent, stop)
    result = replace(result, self_test=shown)
    _write_errors(bench.recorder, prepared.folder)
    summary.write(result, prepared.folder)
    stop.say(Finished(worker=worker, clean=result.clean, folder=str(prepared.folder)))
    return ExitCode.INTERRUPTED if stop() else ExitCode.OK


def say(event: Event) -> None:
    """Says it on stdout, at once."""
    sys.stdout.write(line(event))
    sys.stdout.flush()


def web_note(url: str) -> Note:
    """What people are told of the web UI."""
    return Note(text=f"Locust's web UI at {url}, until the run ends")


def _prepared(job: Job, worker: int) -> Prepared:
    target = pinned(job.target, job.allowed)
    allow_sockets(job.pool)
    allow_ports(ports_needed(job.pool, job.connecting, loopback=target.loopback))
    go_first()
    locustfile = _locustfile(job, target)
    names = [stream.journey for stream in job.streams]
    journeys = {} if locustfile else journeys_in(Path(job.journeys), names)
    rows = feeds.read(Path(job.feeds)) if job.feeds else {}
    folder = Path(job.output) / f"worker-{worker}"
    folder.mkdir(parents=True)
    job.write(folder / FILE)
    return Prepared(
        target=target,
        context=context_of(target, job.certificates),
        journeys=journeys,
        locustfile=locustfile,
        feeds=rows,
        share=Share() if job.closed else job.schedule.share(worker, job.processes),
        folder=folder,
    )


def _locustfile(job: Job, target: Target) -> Locustfile | None:
    """The job's locustfile, read where it can reach nothing but what may be loaded; None without one."""
    if job.locust is None:
        return None
    stay_within(reach(target, job.allowed))
    return loading.load(job, target.url)


def _bench(job: Job, prepared: Prepared, beginning: Beginning) -> Bench:
    recorder = Recorder(
        prepared.folder,
        started=beginning.monotonic,
        started_at=beginning.at,
        give_way=gevent.sleep,
    )
    return Bench(
        job=job,
        target=prepared.target,
        context=prepared.context,
        recorder=recorder,
        ledger=Ledger(prepared.folder / ledger.FILE, beginning.now),
        feeds=prepared.feeds,
        draws={stream.journey: Draws(job.seed, stream.journey) for stream in job.streams},
    )


def _seated(job: Job, prepared: Prepared, tell: Callable[[Event], None]) -> Users | None:
    """The users of a locustfile that wait for open arrivals; their on_start has run, outside the clock."""
    if prepared.locustfile is None or job.closed:
        return None
    tell(Note(text=IGNORED))
    users = Users(job, prepared.locustfile.environment(prepared.target.url), _share(job))
    users.fill(job.main, _FIRST_USERS)
    return users


def _load(
    bench: Bench,
    prepared: Prepared,
    users: Users | None,
    member: WorkerRunner | None,
    beginning: Beginning,
    worker: int,
    stop: Control,
) -> Sent:
    """Sends the load, as its model has it."""
    if users is not None:
        users.begin(bench.recorder, stop.end)
        told = _watched(bench.job, users.watch)
        left = _arrivals(bench, prepared.share, users, told, beginning, worker, stop)
        return Sent(unfinished=left, exit_code=closed.leave(users.environment))
    if prepared.locustfile is not None:
        return _users(bench, prepared.locustfile, member, beginning, worker, stop)
    environment = BenchEnvironment(bench)
    told = _watched(bench.job, environment.events.request.add_listener)
    pool = Pool(environment, prepared.journeys, _share(bench.job))
    for stream in bench.job.streams:
        pool.fill(stream.journey, _FIRST_USERS)
    return Sent(unfinished=_arrivals(bench, prepared.share, pool, told, beginning, worker, stop))


def _watched(job: Job, listen: Callable[[Callable[..., None]], object]) -> Told | None:
    """Locust's statistics for the web UI, where there is one."""
    if job.web is None:
        return None
    told = Told()
    listen(told.request)
    return told


def _share(job: Job) -> int:
    return -(-job.pool // job.processes)


def _arrivals(
    bench: Bench,
    share: Share,
    pool: Pool | Users,
    told: Told | None,
    beginning: Beginning,
    worker: int,
    stop: Control,
) -> int:
    """Sends a worker's share of the schedule; returns how many journeys had to be ended."""
    job, recorder = bench.job, bench.recorder
    with quiet_collector(), beating(bench, beginning.monotonic, lambda now: _tell(now, stop, told)):
        stop.say(Started(worker=worker, at=beginning.at))
        dispatch(share, pool, recorder, beginning.monotonic, stop)
        left = _drained(pool, job, stop)
    if told is not None:
        stop.say(told.since())
    return left


def _users(
    bench: Bench,
    locustfile: Locustfile,
    member: WorkerRunner | None,
    beginning: Beginning,
    worker: int,
    stop: Control,
) -> Sent:
    """Lets Locust run its users: all of them here, or those that its master gives to this member."""
    environment = member.environment if member else locustfile.environment(bench.target.url)
    if member is not None:
        closed.join(environment, locustfile, bench.target.url)
    runner = member or environment.create_local_runner()
    closed.Ears(bench).listen(environment)
    with ExitStack() as around:
        if bench.job.web is not None and member is None:
            stop.say(web_note(around.enter_context(served(environment, bench.job.web))))
        closed.introduce(environment, runner)
        around.enter_context(quiet_collector())
        around.enter_context(beating(bench, beginning.monotonic, lambda now: _tell(now, stop)))
        stop.say(Started(worker=worker, at=beginning.at))
        if member is not None:
            closed.attend(bench, member, lambda: stop.over or stop())
            return Sent(unfinished=0)
        closed.drive(bench.job, locustfile, runner, bench.recorder, beginning.monotonic, stop)
        return Sent(unfinished=0, exit_code=closed.leave(environment))


def _drained(pool: Pool | Users, job: Job, stop: Control) -> int:
    """Waits for running journeys, as long as their budget lets them run, or shortly when told to end."""
    end = monotonic_ns() + round((job.retry.deadline * 2 + 5) * _SECOND)
    while pool.running and monotonic_ns() < end and not stop():
        gevent.sleep(0.01)
    return pool.drain(_LAST_WORDS if stop() else 0)


def _tell(now: Progress, stop: Control, told: Told | None = None) -> None:
    try:
        stop.say(now)
        if told is not None:
            stop.say(told.since())
    except BrokenPipeError:  # nobody listens any more: whoever started this load is gone
        stop.end()


def _obeying_signals() -> Control:
    stop = Control(say=say)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        gevent.signal_handler(number, stop.end)
    return stop


def _summary(
    bench: Bench, prepared: Prepared, beginning: Beginning, worker: int, sent: Sent, stop: Control
) -> Summary:
    recorder, book, ended_at = bench.recorder, bench.ledger, beginning.now()
    versions = {name: metadata.version(name) for name in _VERSIONS}
    return Summary(
        run=bench.job.run,
        worker=worker,
        workers=bench.job.processes,
        schedule=prepared.share.digest,
        arrivals=prepared.share.total,
        started_at=beginning.at,
        ended_at=ended_at,
        clock_step=time_ns() - ended_at,
        clean=not stop() and sent.unfinished == 0,
        interrupted=stop(),
        unfinished=sent.unfinished,
        exit_code=sent.exit_code,
        starved=recorder.starved,
        intents=book.intents,
        outcomes={str(name): count for name, count in book.outcomes.items()},
        ledger_failure=book.failure,
        intervals=recorder.intervals,
        totals={name: asdict(found) for name, found in recorder.totals.items()},
        dispatch_ms={q: recorder.dispatch.percentile(float(q)) / 1e6 for q in ("50", "99", "100")},
        versions={"python": platform.python_version(), **versions},
    )


def _write_errors(recorder: Recorder, folder: Path) -> None:
    found = [
        {**asdict(failure), "count": recorder.kinds[kind]} for kind, failure in recorder.failures.items()
    ]
    (folder / summary.ERRORS).write_text(json.dumps(found, indent=2) + "\n")
