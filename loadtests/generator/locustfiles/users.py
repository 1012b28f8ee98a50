"""Open arrivals on a locustfile's users: an arrival runs what a user does until it would wait, then it waits.

Locust runs the tasks, in its own order: task sets, sequences and interruptions are what they always are.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from time import monotonic_ns

import gevent
from gevent.event import AsyncResult
from locust import User
from locust.env import Environment
from locust.runners import STATE_RUNNING, STATE_STOPPED, LocalRunner
from locust.user.task import DefaultTaskSet, TaskSet

from loadtests.generator.locustfiles import hearing
from loadtests.generator.locustfiles.intended import Intended
from loadtests.generator.locustfiles.visits import Origins, Seat, Visit
from loadtests.generator.recorder import Recorder
from loadtests.planning.arrivals import Arrival, Draws
from loadtests.planning.job import Job
from loadtests.recording.latency_log import Clock
from loadtests.recording.left_out import ON_START

_PATIENCE = 30.0  # seconds for on_start of the first users
_GOODBYE = 5.0  # seconds for on_stop


class OpenRunner(LocalRunner):
    """What a locustfile sees as its runner: the schedule starts users, nobody else."""

    ended: Callable[[], None] | None = None

    def start(self, *_: object, **__: object) -> None:
        """Nothing: arrivals come when they are due."""

    def stop(self) -> None:
        """Ends the load, as a locustfile does when it has seen enough."""
        if self.ended is not None:
            self.ended()


class Users:
    """The pool of a locustfile's users; it grows to its cap, above it arrivals are turned away."""

    def __init__(self, job: Job, environment: Environment, recorder: Recorder, cap: int) -> None:
        self.environment, self._recorder, self._cap = environment, recorder, cap
        self._journey, self._draws = job.main, Draws(job.seed, job.main)
        self._measuring, self._made = False, 0
        self._seats: dict[User, Seat] = {}
        self._origins = Origins()
        self._idle: defaultdict[type[User], list[Seat]] = defaultdict(list)
        self._names = hearing.Names(self._journey)
        self._runner = environment._create_runner(OpenRunner)
        self._classes = tuple(environment.user_classes)
        self._weights = [user.weight or user.fixed_count for user in self._classes]
        events = environment.events
        events.request = self._heard = Intended(events.request, self._origins.here, self.heard, self.left_out)
        events.user_error.add_listener(self._user_error)
        _let_users_sit(self._begun, self._park)

    # What the dispatcher asks --------------------------------------------------------------------------

    def fill(self, journey: str, users: int) -> None:  # noqa: ARG002 - a locustfile has one
        """Makes the first users, by weight, and waits for their on_start, outside every clock."""
        events, first = self.environment.events, min(users, self._cap)
        events.init.fire(environment=self.environment, runner=self._runner, web_ui=None)
        for kind in self._classes:
            kind.host = self.environment.host
        events.test_start.fire(environment=self.environment)
        seats = [self._new(self._chosen((number + 0.5) / first)) for number in range(first)]
        with gevent.Timeout(_PATIENCE, False):
            while any(seat.called is None and seat.user in self._seats for seat in seats):
                gevent.sleep(0.01)
        self._runner.update_state(STATE_RUNNING)
        events.spawning_complete.fire(user_count=self._runner.user_count)

    def begin(self, end: Callable[[], None]) -> None:
        """From now on arrivals come; `end` is called when the locustfile itself ends the test."""
        self._measuring, self._runner.ended = True, end

    def watch(self, listener: Callable[..., None]) -> None:
        """Lets somebody hear what is measured, as Locust's own statistics do."""
        self._heard.measured.append(listener)

    def give(self, arrival: Arrival, due: int) -> bool:
        """Starts a task for an arrival; False when the pool is full and the arrival is turned away."""
        if self.running >= self._cap:
            return False
        kind = self._chosen(self._draws.uniform(arrival.number, "user"))
        self._recorder.running += 1
        visit, idle = Visit(arrival=arrival, due=due), self._idle[kind]
        if idle:
            seat = idle.pop()
            assert seat.called is not None
            seat.called.set(visit)
        else:
            self._new(kind, visit)
        return True

    def ages(self, now: int) -> list[int]:
        """How long each arrival in flight has taken so far, in ns, at a monotonic ns."""
        visits = (seat.visit for seat in self._seats.values())
        return [now - visit.due - visit.outside for visit in visits if visit is not None]

    @property
    def running(self) -> int:
        return self._recorder.running

    def drain(self, seconds: float) -> int:
        """Waits for what runs; what does not end in time is ended. Returns how many had to be."""
        with gevent.Timeout(seconds, False):
            while self.running:
                gevent.sleep(0.01)
        left, self._runner.ended = self.running, None
        events = self.environment.events
        events.test_stopping.fire(environment=self.environment)
        self._runner.user_greenlets.kill(timeout=_GOODBYE)
        self._runner.update_state(STATE_STOPPED)
        events.test_stop.fire(environment=self.environment)
        self._origins.close()
        return left

    # What users do -------------------------------------------------------------------------------------

    def heard(self, event: dict[str, object], visit: Visit | None, late: int) -> None:
        """Records a request by the second in which it should have been sent, also one of no arrival."""
        found = hearing.told(self._names.series(event.get("request_type"), event.get("name")), event)
        due = max(monotonic_ns() - found.value, self._recorder.started)
        if visit is not None:
            visit.failed |= found.problem is not None
            due = visit.due if late else due
        found.record(self._recorder, self._journey, due)

    def left_out(self) -> bool:
        """Whether what is asked here is in no figure: before the load, in on_start and on_stop. Counts it."""
        if self._measuring and not self._origins.here().aside:
            return False
        self._recorder.left_out[ON_START] += 1
        return True

    def _new(self, kind: type[User], visit: Visit | None = None) -> Seat:
        user = kind(self.environment)
        seat = Seat(user=user, made=monotonic_ns(), visit=visit)
        self._seats[user] = seat
        self._made += 1
        for name in ("on_start", "on_stop"):
            setattr(user, name, _aside(seat, getattr(user, name)))
        greenlet = user.start(self._runner.user_greenlets)
        self._origins.follow(greenlet, seat)
        greenlet.link(lambda _: self._gone(seat))
        return seat

    def _begun(self, tasks: TaskSet, on_start: Callable[[], None]) -> None:
        """A task set begins: the on_start of the one in which a user begins is as its own.

        That is the first one that has tasks, and not only task sets: there the user sits down.
        """
        seat = self._seats[tasks.user]
        if seat.sat:
            on_start()
            return
        with seat.put_aside():
            on_start()
        if not _has_only_sets(tasks):
            self._sit(seat)
        else:  # Locust chooses the set next, with the global generator
            random.seed(self._draws.bits(self._made, "begins"))

    def _sit(self, seat: Seat) -> None:
        """The first wait: for whom a user was made, on_start took its time outside the clock."""
        seat.sat = True
        if seat.visit is None:
            self._wait(seat)
            return
        seat.visit.outside = seat.age()
        self._begin(seat, seat.visit)

    def _park(self, user: User) -> None:
        """Where a user would wait, its arrival ends."""
        seat = self._seats[user]
        if seat.aside:  # on_start waits for nothing: wait_time is ignored
            return
        if not seat.sat:  # the on_start of its task set failed: its next arrival tries again
            self._fail_to_begin(seat)
        self._end(seat)
        self._wait(seat)

    def _wait(self, seat: Seat) -> None:
        seat.sat, seat.called = True, AsyncResult()
        self._idle[type(seat.user)].append(seat)
        self._begin(seat, seat.called.get())

    def _begin(self, seat: Seat, visit: Visit) -> None:
        seat.visit, visit.late = visit, monotonic_ns() - visit.due - visit.outside
        self._recorder.latency(self._journey, Clock.DISPATCH, visit.due, visit.late)
        # Locust chooses the task with the global generator, next: the same task for the same arrival.
        random.seed(self._draws.bits(visit.arrival.number, "task"))

    def _fail_to_begin(self, seat: Seat) -> None:
        if seat.visit is not None:
            seat.visit.failed, seat.visit.outside = True, seat.age()
            self._begin(seat, seat.visit)

    def _end(self, seat: Seat) -> None:
        visit, seat.visit = seat.visit, None
        if visit is None:
            return
        visit.over, done = True, monotonic_ns()
        self._recorder.latency(self._journey, Clock.RESPONSE, visit.due, done - visit.due - visit.outside)
        counters = self._recorder.count(self._journey, visit.due)
        counters.done += 1
        counters.failed += visit.failed
        counters.errors += visit.failed
        at_end = self._recorder.count(self._journey, done)
        at_end.ended += 1
        at_end.completed += not visit.failed
        self._recorder.running -= 1

    def _gone(self, seat: Seat) -> None:
        """A user that stopped itself, or was ended; another takes its place when one is needed."""
        if seat.visit is not None:
            seat.visit.failed |= seat.user.greenlet.exception is not None
            if not seat.sat:  # it never got past on_start
                self._fail_to_begin(seat)
            self._end(seat)
        self._seats.pop(seat.user, None)
        if seat in self._idle[type(seat.user)]:
            self._idle[type(seat.user)].remove(seat)

    def _user_error(self, user_instance: User, exception: BaseException, **_: object) -> None:
        seat = self._seats.get(user_instance)
        if seat is not None and seat.visit is not None:  # else of no arrival, and in Locust's log
            seat.visit.failed = True
            self._recorder.failure(self._journey, seat.visit.due, exception)

    def _chosen(self, share: float) -> type[User]:
        """The User class at a share in (0, 1] of all weights."""
        rest = share * sum(self._weights)
        for kind, weight in zip(self._classes, self._weights, strict=True):
            rest -= weight
            if rest <= 0:
                return kind
        return self._classes[-1]


def _let_users_sit(
    begun: Callable[[TaskSet, Callable[[], None]], None], park: Callable[[User], None]
) -> None:
    """Task sets say when they begin and where they would wait: Locust makes them, so their class does."""
    runs = TaskSet.run

    def run(tasks: TaskSet) -> None:
        on_start = tasks.on_start
        setattr(tasks, "on_start", lambda: begun(tasks, on_start))  # noqa: B010
        runs(tasks)  # type: ignore[no-untyped-call, unused-ignore]

    setattr(TaskSet, "run", run)  # noqa: B010
    setattr(TaskSet, "wait", lambda tasks: park(tasks.user))  # noqa: B010


def _has_only_sets(tasks: TaskSet) -> bool:
    """Whether every task of a set, or of the user itself, is a task set in its turn."""
    found = tasks.user.tasks if isinstance(tasks, DefaultTaskSet) else tasks.tasks
    return bool(found) and all(isinstance(task, type) and issubclass(task, TaskSet) for task in found)


def _aside(seat: Seat, function: Callable[[], None]) -> Callable[[], None]:
    """A user's on_start or on_stop, which is in no clock."""

    def aside() -> None:
        with seat.put_aside():
            function()

    return aside
