"""Locust's own closed model on this machine: its runner starts the users, we record what they were answered.

Users wait for answers, so the load gives way to a slow platform. Nothing here claims otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic_ns

import gevent
from locust.env import Environment
from locust.runners import STATE_STOPPED, STATE_STOPPING, Runner

from loadtests.generator.bench import Bench
from loadtests.generator.locustfiles import hearing
from loadtests.generator.locustfiles.loading import Locustfile
from loadtests.generator.recorder import Recorder
from loadtests.planning.job import Job
from loadtests.recording.latency_log import Clock

_SECOND = 1_000_000_000
_GLANCE = 0.05  # seconds between looks at whether it is over


class Ears:
    """Counts and times every request that Locust is told of, from when it was sent."""

    def __init__(self, bench: Bench) -> None:
        self._recorder, self._journey = bench.recorder, bench.job.main
        self._names = hearing.Names(self._journey)

    def listen(self, environment: Environment) -> None:
        # First: a listener of the file that raises to end a task would keep the request from us.
        environment.events.request._handlers.insert(0, self._request)
        environment.events.user_error.add_listener(self._user_error)

    def _request(self, **event: object) -> None:
        found = hearing.told(self._names.series(event.get("request_type"), event.get("name")), event)
        done = monotonic_ns()
        due = done - found.value
        found.record(self._recorder, self._journey, due)
        self._count(due, found.value, failed=found.problem is not None)
        at_end = self._recorder.count(self._journey, done)
        at_end.ended += 1
        at_end.completed += found.problem is None

    def _count(self, due: int, value: int, *, failed: bool) -> None:
        self._recorder.latency(self._journey, Clock.RESPONSE, due, value)
        counters = self._recorder.count(self._journey, due)
        counters.wanted += 1
        counters.dispatched += 1
        counters.done += 1
        counters.failed += failed
        counters.errors += failed

    def _user_error(self, exception: BaseException, **_: object) -> None:
        self._recorder.failure(self._journey, monotonic_ns(), exception)


def introduce(environment: Environment, runner: Runner) -> None:
    """Locust's first event, to which files add what they need of the environment."""
    environment.events.init.fire(environment=environment, runner=runner, web_ui=environment.web_ui)


def drive(
    job: Job,
    locustfile: Locustfile,
    runner: Runner,
    recorder: Recorder | None,
    started: int,
    told_to_end: Callable[[], bool],
) -> None:
    """Lets Locust's runner run the users until the time is over, their shape ends, or somebody says so.

    The runner is of this process, or a master, whose workers record what their users do.
    """
    gevent.sleep(max(started - monotonic_ns(), 0) / _SECOND)
    assert job.locust is not None
    if locustfile.shape is not None:
        runner.start_shape()
    else:
        gevent.spawn(runner.start, job.locust.users, job.locust.spawn_rate)
    end = started + round(job.duration * _SECOND)
    gevent.sleep(0)
    while monotonic_ns() < end and not told_to_end() and runner.state not in (STATE_STOPPING, STATE_STOPPED):
        if recorder is not None:
            recorder.running = runner.user_count
        gevent.sleep(_GLANCE)
    runner.stop()
    if recorder is not None:
        recorder.running = 0


def join(environment: Environment, locustfile: Locustfile, host: str) -> None:
    """Gives an environment that is already connected the locustfile's users, shape and options."""
    environment.user_classes = list(locustfile.users)
    environment.shape_class, environment.host = locustfile.shape, host
    environment.parsed_options, environment.locustfile = locustfile.options, locustfile.path.name
    environment.stop_timeout = float(locustfile.options.stop_timeout)
    if locustfile.shape is not None and environment.runner is not None:
        locustfile.shape.runner = environment.runner
    if locustfile.options.equal_weights:
        environment.assign_equal_weights()


def attend(bench: Bench, runner: Runner, over: Callable[[], bool]) -> None:
    """Records the users that a master starts here, until it says that their time is over."""
    while not over():
        bench.recorder.running = runner.user_count
        gevent.sleep(_GLANCE)
    if runner.state not in (STATE_STOPPING, STATE_STOPPED):
        runner.stop()
    bench.recorder.running = 0


def leave(environment: Environment) -> int | None:
    """Locust's last events; the exit code that the locustfile asks for, as its listeners may."""
    environment.events.quitting.fire(environment=environment, reverse=True)
    if environment.runner is not None:
        environment.runner.quit()
    code = environment.process_exit_code
    environment.events.quit.fire(exit_code=code or 0)
    return code
