"""The three kinds of load: journeys, a locustfile's tasks at a rate, a locustfile's own users.

Each makes its first users before the start is agreed, outside every clock, and then sends a worker's share.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from time import monotonic_ns
from typing import Protocol

import gevent
from locust.runners import WorkerRunner

from loadtests.generator.beats import beating, quiet_collector
from loadtests.generator.bench import Bench, BenchEnvironment
from loadtests.generator.control import Control, web_note
from loadtests.generator.dispatcher import Takes, dispatch
from loadtests.generator.locustfiles import closed
from loadtests.generator.locustfiles.loading import Locustfile
from loadtests.generator.locustfiles.untold import Untold
from loadtests.generator.locustfiles.users import Users
from loadtests.generator.pool import Pool
from loadtests.generator.preparing import Prepared
from loadtests.generator.watching import Told, served
from loadtests.planning.arrivals import Share
from loadtests.planning.job import Job
from loadtests.planning.locustfile import IGNORED
from loadtests.recording.left_out import UNTOLD
from loadtests.recording.progress import Note, Started

_SECOND = 1_000_000_000
_FIRST_USERS = 64
_LAST_WORDS = 5.0  # seconds that running journeys get when the run is interrupted


@dataclass(frozen=True, kw_only=True)
class Sent:
    """How sending ended: journeys that had to be ended, and the exit code that a locustfile asked for."""

    unfinished: int
    exit_code: int | None = None


class Load(Protocol):
    """One kind of load, of one worker."""

    def fill(self, stop: Control) -> None:
        """Makes the first users; their on_start runs here."""

    def send(self, stop: Control) -> Sent:
        """Sends all of it, from the agreed start on."""


class Crowd(Takes, Protocol):
    """Users that arrivals are given to, whoever runs them: we (Pool) or Locust (Users)."""

    @property
    def running(self) -> int:
        """How many of them serve an arrival."""

    def ages(self, now: int) -> list[int]:
        """How long each main journey in flight has taken so far, in ns."""

    def drain(self, seconds: float) -> int:
        """Waits for what runs and ends the rest; returns how many had to be ended."""


def load(bench: Bench, prepared: Prepared, member: WorkerRunner | None) -> Load:
    """The load that a job asks for; `member` is Locust's runner of users whom a master starts."""
    if prepared.locustfile is None:
        return Journeys(bench, prepared)
    if bench.job.closed:
        return ClosedUsers(bench, prepared.locustfile, member)
    return OpenUsers(bench, prepared.share, prepared.locustfile)


class Journeys:
    """Open arrivals of journeys."""

    def __init__(self, bench: Bench, prepared: Prepared) -> None:
        self._bench, self._share, self._environment = bench, prepared.share, BenchEnvironment(bench)
        self._pool = Pool(self._environment, prepared.journeys, bench.cap)

    def fill(self, stop: Control) -> None:  # noqa: ARG002 - nothing is said of it
        for stream in self._bench.job.streams:
            self._pool.fill(stream.journey, 1 if self._bench.job.shown else _FIRST_USERS)

    def send(self, stop: Control) -> Sent:
        told = _watched(self._bench.job, self._environment.events.request.add_listener)
        return Sent(unfinished=_arrivals(self._bench, self._share, self._pool, told, stop))


class OpenUsers:
    """Open arrivals of a locustfile's tasks."""

    def __init__(self, bench: Bench, share: Share, locustfile: Locustfile) -> None:
        self._bench, self._share = bench, share
        environment = locustfile.environment(bench.target.url)
        self._users = Users(bench.job, environment, bench.recorder, bench.cap)
        self._locustfile, self._untold = locustfile, Untold()
        self._untold.listen(environment)

    def fill(self, stop: Control) -> None:
        _say_idle(self._locustfile, stop)
        stop.say(Note(text=IGNORED))
        self._users.fill(self._bench.job.main, _FIRST_USERS)

    def send(self, stop: Control) -> Sent:
        self._users.begin(stop.finish)
        told = _watched(self._bench.job, self._users.watch)
        left = _arrivals(self._bench, self._share, self._users, told, stop)
        self._bench.recorder.left_out[UNTOLD] += self._untold.count
        return Sent(unfinished=left, exit_code=closed.leave(self._users.environment))


class ClosedUsers:
    """Locust runs its users: all of them here, or those that its master gives to this member."""

    def __init__(self, bench: Bench, locustfile: Locustfile, member: WorkerRunner | None) -> None:
        self._bench, self._locustfile, self._member = bench, locustfile, member

    def fill(self, stop: Control) -> None:
        """No users: Locust starts them when the load runs, and their on_start is of the load."""
        _say_idle(self._locustfile, stop)

    def send(self, stop: Control) -> Sent:
        bench, member, url = self._bench, self._member, self._bench.target.url
        environment = member.environment if member else self._locustfile.environment(url)
        if member is not None:
            closed.join(environment, self._locustfile, url)
        runner = member or environment.create_local_runner()
        untold = Untold()
        untold.listen(environment)
        closed.Ears(bench).listen(environment)
        with ExitStack() as around:
            if bench.job.web is not None and member is None:
                stop.say(web_note(around.enter_context(served(environment, bench.job.web))))
            closed.introduce(environment, runner)
            around.enter_context(quiet_collector())
            around.enter_context(beating(bench, stop.tell))
            stop.say(Started(worker=bench.worker, at=bench.beginning.at))
            if member is not None:
                closed.attend(bench, member, lambda: stop.over or stop())
                bench.recorder.left_out[UNTOLD] += untold.count
                return Sent(unfinished=0)
            started = bench.beginning.monotonic
            closed.drive(bench.job, self._locustfile, runner, bench.recorder, started, stop)
            bench.recorder.left_out[UNTOLD] += untold.count
            return Sent(unfinished=0, exit_code=closed.leave(environment))


def _say_idle(locustfile: Locustfile, stop: Control) -> None:
    """User classes that the tags left without a task: Locust would fail with each of their users."""
    if locustfile.idle:
        stop.say(Note(text=f"no task is left of {', '.join(locustfile.idle)}: the tags exclude them"))


def _watched(job: Job, listen: Callable[[Callable[..., None]], object]) -> Told | None:
    """Locust's statistics for the web UI, where there is one."""
    if job.web is None:
        return None
    told = Told()
    listen(told.request)
    return told


def _arrivals(bench: Bench, share: Share, pool: Crowd, told: Told | None, stop: Control) -> int:
    """Sends a worker's share of the schedule; returns how many journeys had to be ended."""
    with (
        quiet_collector(),
        beating(bench, lambda now: stop.tell(now, *([told.since()] if told else [])), pool.ages),
    ):
        stop.say(Started(worker=bench.worker, at=bench.beginning.at))
        dispatch(share, pool, bench.recorder, bench.beginning.monotonic, stop)
        left = _drained(pool, bench.job, stop)
    if told is not None:
        stop.say(told.since())
    return left


def _drained(pool: Crowd, job: Job, stop: Control) -> int:
    """Waits for running journeys, as long as their budget lets them run, or shortly when told to end."""
    end = monotonic_ns() + round((job.retry.deadline * 2 + 5) * _SECOND)
    while pool.running and monotonic_ns() < end and not stop():
        gevent.sleep(0.01)
    return pool.drain(_LAST_WORDS if stop() else 0)
