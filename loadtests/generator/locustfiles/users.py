"""Open arrivals on a locustfile's users: an arrival runs what a user does until it would wait, then it waits.

Locust runs the tasks, in its own order: task sets, sequences and interruptions are what they always are.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic_ns

import gevent
from gevent.event import AsyncResult
from locust import User
from locust.env import Environment
from locust.event import EventHook
from locust.runners import STATE_RUNNING, STATE_STOPPED, LocalRunner
from locust.user.task import TaskSet

from loadtests.arrivals import Arrival, Draws
from loadtests.generator.locustfiles import hearing
from loadtests.generator.recorder import Recorder
from loadtests.job import Job
from loadtests.latency_log import Clock

_PATIENCE = 30.0  # seconds for on_start of the first users
_GOODBYE = 5.0  # seconds for on_stop


@dataclass(kw_only=True)
class Visit:
    """An arrival that a user serves. `late` ns of its start are still to be told with its first request."""

    arrival: Arrival
    due: int
    outside: int = 0  # ns of on_start, which is in no clock
    late: int = 0
    failed: bool = False


@dataclass(kw_only=True, eq=False)
class Seat:
    """One pooled user: who it is, what it serves, and what it waits for."""

    user: User
    made: int
    visit: Visit | None = None
    called: AsyncResult | None = None


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

    def __init__(self, job: Job, environment: Environment, cap: int) -> None:
        self.environment, self._cap = environment, cap
        self._journey, self._draws = job.main, Draws(job.seed, job.main)
        self._clocks: Recorder | None = None
        self._seats: dict[User, Seat] = {}
        self._serving: dict[gevent.Greenlet, Seat] = {}
        self._idle: defaultdict[type[User], list[Seat]] = defaultdict(list)
        self._names = hearing.Names(self._journey)
        self._runner = environment._create_runner(OpenRunner)
        self._classes = tuple(environment.user_classes)
        self._weights = [user.weight or user.fixed_count for user in self._classes]
        environment.events.request = self._heard = _Intended(environment.events.request, self)
        environment.events.user_error.add_listener(self._user_error)
        # Where a user would wait, an arrival ends. Locust makes nested task sets: only their class is ours.
        setattr(TaskSet, "wait", lambda tasks: self._park(tasks.user))  # noqa: B010

    # What the dispatcher asks --------------------------------------------------------------------------

    def fill(self, journey: str, users: int) -> None:  # noqa: ARG002 - a locustfile has one
        """Makes the first users, by weight, and waits for their on_start, outside every clock."""
        events, first = self.environment.events, min(users, self._cap)
        events.init.fire(environment=self.environment, runner=self._runner, web_ui=None)
        self.environment._filter_tasks_by_tags()
        for kind in self._classes:
            kind.host = self.environment.host
        events.test_start.fire(environment=self.environment)
        seats = [self._new(self._chosen((number + 0.5) / first)) for number in range(first)]
        with gevent.Timeout(_PATIENCE, False):
            while any(seat.called is None and seat.user in self._seats for seat in seats):
                gevent.sleep(0.01)
        self._runner.update_state(STATE_RUNNING)
        events.spawning_complete.fire(user_count=self._runner.user_count)

    def begin(self, recorder: Recorder, end: Callable[[], None]) -> None:
        """From now on arrivals come; `end` is called when the locustfile itself ends the test."""
        self._clocks, self._runner.ended = recorder, end

    def watch(self, listener: Callable[..., None]) -> None:
        """Lets somebody hear what is measured, as Locust's own statistics do."""
        self._heard.measured.append(listener)

    def give(self, arrival: Arrival, due: int) -> bool:
        """Starts a task for an arrival; False when the pool is full and the arrival is turned away."""
        if self._recorder.running >= self._cap:
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

    @property
    def running(self) -> int:
        return self._clocks.running if self._clocks else 0

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
        return left

    # What users do -------------------------------------------------------------------------------------

    def serving(self) -> Visit | None:
        """The visit that runs here, also in a greenlet that a task has spawned."""
        here = gevent.getcurrent()
        while here is not None:
            if (seat := self._serving.get(here)) is not None:
                return seat.visit
            parent = getattr(here, "spawning_greenlet", None)
            here = parent() if parent is not None else None
        return None

    def heard(self, visit: Visit, event: dict[str, object], late: int) -> None:
        """Records a request of a visit, by the second in which it should have been sent."""
        value = hearing.nanoseconds(event.get("response_time"))
        series = self._names.series(event.get("request_type"), event.get("name"))
        problem = hearing.problem_of(series, event.get("exception"), event.get("response"))
        visit.failed |= problem is not None
        due = visit.due if late else monotonic_ns() - value
        hearing.record(self._recorder, self._journey, series, due, value, problem)

    @property
    def _recorder(self) -> Recorder:
        assert self._clocks is not None, "nothing is measured before the load begins"
        return self._clocks

    def _new(self, kind: type[User], visit: Visit | None = None) -> Seat:
        user = kind(self.environment)
        seat = Seat(user=user, made=monotonic_ns(), visit=visit)
        self._seats[user] = seat
        starts = user.on_start

        def on_start() -> None:
            starts()
            self._serving[user.greenlet] = seat
            self._sit(seat)

        setattr(user, "on_start", on_start)  # noqa: B010
        greenlet = user.start(self._runner.user_greenlets)
        greenlet.link(lambda _: self._gone(seat))
        return seat

    def _sit(self, seat: Seat) -> None:
        """The first wait: for whom a user was made, on_start took its time outside the clock."""
        if seat.visit is None:
            self._park(seat.user)
            return
        seat.visit.outside = monotonic_ns() - seat.made
        self._begin(seat, seat.visit)

    def _park(self, user: User) -> None:
        seat = self._seats[user]
        self._end(seat)
        seat.called = AsyncResult()
        self._idle[type(user)].append(seat)
        self._begin(seat, seat.called.get())

    def _begin(self, seat: Seat, visit: Visit) -> None:
        seat.visit, visit.late = visit, monotonic_ns() - visit.due - visit.outside
        self._recorder.latency(self._journey, Clock.DISPATCH, visit.due, visit.late)
        # Locust chooses the task with the global generator, next: the same task for the same arrival.
        random.seed(self._draws.bits(visit.arrival.number, "task"))

    def _end(self, seat: Seat) -> None:
        visit, seat.visit = seat.visit, None
        if visit is None:
            return
        done = monotonic_ns()
        self._recorder.latency(self._journey, Clock.RESPONSE, visit.due, done - visit.due - visit.outside)
        counters = self._recorder.count(self._journey, visit.due)
        counters.done += 1
        counters.failed += visit.failed
        counters.errors += visit.failed
        if not visit.failed:
            self._recorder.count(self._journey, done).completed += 1
        self._recorder.running -= 1

    def _gone(self, seat: Seat) -> None:
        """A user that stopped itself, or was ended; another takes its place when one is needed."""
        greenlet = seat.user.greenlet
        if seat.visit is not None:
            seat.visit.failed |= greenlet.exception is not None
            if greenlet not in self._serving:  # it never got past on_start
                seat.visit.failed = True
                self._begin(seat, seat.visit)
            self._end(seat)
        self._serving.pop(greenlet, None)
        self._seats.pop(seat.user, None)
        if seat in self._idle[type(seat.user)]:
            self._idle[type(seat.user)].remove(seat)

    def _user_error(self, exception: BaseException, **_: object) -> None:
        visit = self.serving()
        if visit is not None:  # else on_start or on_stop: in no clock, and in Locust's log
            visit.failed = True
            self._recorder.failure(self._journey, visit.due, exception)

    def _chosen(self, share: float) -> type[User]:
        """The User class at a share in (0, 1] of all weights."""
        rest = share * sum(self._weights)
        for kind, weight in zip(self._classes, self._weights, strict=True):
            rest -= weight
            if rest <= 0:
                return kind
        return self._classes[-1]


class _Intended(EventHook):  # type: ignore[misc, unused-ignore]
    """Locust's request event, told with the time since a request should have been sent.

    Listeners, and so Locust's web UI, hear what our report says. What on_start and on_stop ask is in no
    clock, and not in Locust's statistics either.
    """

    def __init__(self, before: EventHook, users: Users) -> None:
        super().__init__()  # type: ignore[no-untyped-call, unused-ignore]
        # Locust's own statistics listen last: its runner was made after the file was read.
        *self._handlers, statistics = before._handlers
        self.measured: list[Callable[..., None]] = [statistics]
        self._users = users

    def fire(self, *, reverse: bool = False, **event: object) -> None:
        visit = self._users.serving()
        if visit is None:
            super().fire(reverse=reverse, **event)
            return
        late, visit.late = visit.late, 0
        if late:
            event["response_time"] = (hearing.nanoseconds(event.get("response_time")) + late) / 1e6
            event["start_time"] = float(str(event.get("start_time") or 0)) - late / 1e9
        super().fire(reverse=reverse, **event)
        for listener in self.measured:
            listener(**event)
        self._users.heard(visit, event, late)
