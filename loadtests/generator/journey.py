"""What journeys are written with: a Locust user; steps are timed from when they were due, safely repeated.

A journey's tasks are Locust tasks. One arrival runs one task; the same user then serves another arrival.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from time import monotonic_ns
from typing import ClassVar, cast

import gevent
from locust.contrib.fasthttp import FastHttpUser

from loadtests.generator.asked import asked
from loadtests.generator.asking import Asking
from loadtests.generator.bench import BenchEnvironment
from loadtests.generator.browser import Browser
from loadtests.generator.client import PinnedClients
from loadtests.generator.client_steps import ClientSteps
from loadtests.generator.locustfiles.hearing import RequestFailed
from loadtests.generator.publishing import Publisher
from loadtests.generator.replies import Reply, Shed, StepFailed, counting
from loadtests.planning.arrivals import Arrival
from loadtests.recording.counters import Counters
from loadtests.recording.left_out import ON_START

_SECOND = 1_000_000_000
_INTERRUPTED = StepFailed("the journey", "the run ended")


class Journey(Asking, FastHttpUser):
    """A user that runs one task for each arrival. Subclasses name the journey and write its tasks.

    `self.get`, `self.post` and their like, `self.submit` and, to the RabbitMQ at `broker`, `self.publish`
    are the timed steps; `self.client` is Locust's own, held to the same target; what it asks is a timed step,
    too. `refusals` are the statuses by which the platform says no for a reason of business: such an order is
    refused, no error. `codings` are those that answers may be compressed by, such as ("gzip", "br").
    """

    abstract = True
    codings: ClassVar[Collection[str]] = ()
    environment: BenchEnvironment

    def __init__(self, environment: BenchEnvironment) -> None:
        self.bench = environment.bench
        target, context = self.bench.target, self.bench.context
        self.host, self._clients = environment.host, PinnedClients(target, context, self._unasked)
        self.client_pool = self._clients
        super().__init__(environment)
        self.client.request_event = ClientSteps(self._client_asked, environment.events.request)
        self._browser = Browser(target, context, self._unasked, self.codings)
        self._browser.tap = self._show if self.bench.job.shown else None
        self._publisher = Publisher(environment.broker(self.broker)) if self.broker else None
        self._draws = self.bench.draws[self.journey]
        self._choices = cast("tuple[Callable[[Journey], None], ...]", tuple(type(self).tasks))
        self._started = False
        self._seated: gevent.Greenlet | None = None

    # For journeys -------------------------------------------------------------------------------------------

    def think(self, seconds: float) -> None:
        """Time the customer takes; no clock runs. The next step is due when it is over."""
        self._pass(round(seconds * _SECOND))
        gevent.sleep(max(self._due - monotonic_ns(), 0) / _SECOND)

    # One arrival --------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Runs on_start, once: outside every clock, and of no arrival."""
        if not self._started:
            self.on_start()
            self._started = True

    def serve(self, arrival: Arrival, due: int) -> None:
        """Runs one task for an arrival that was due at a monotonic ns. Raises only what ends the greenlet."""
        began = monotonic_ns()
        self._arrived, self._due, self._outside, self._first_sent = due, due, 0, 0
        self._thought, self._orders, self._refused = 0, 0, False
        self._missed: StepFailed | None = None
        self._last: Reply | None = None
        here = gevent.getcurrent()
        if here is not self._seated:  # once: a user's arrivals are all in one greenlet
            counting(self._checked)
            self._seated = here
        self._client_failed: RequestFailed | None = None
        wrong: BaseException | None = _INTERRUPTED
        try:
            if not self._started:
                self._begin_late()
            self._arrival = arrival
            self._choice(arrival)(self)
            wrong = self._client_failed
        except (Exception, gevent.Timeout) as error:  # noqa: BLE001  # whatever it is, it is counted
            wrong = error
            self.bench.recorder.failure(self.journey, due, error, self._answered)
        finally:
            self._end(began, wrong)

    def leave(self) -> None:
        """The load is over: a last look at what is open, which is closed."""
        self._browser.connection.close()
        self._clients.client.close()

    def age(self, now: int) -> int:
        """How long the arrival that is being served has taken so far, in ns without think time."""
        return now - self._arrived - self._outside

    def _checked(self, what: str, holds: bool) -> None:
        """Counts a check of an arrival; those of on_start are of none."""
        if self._arrival is not None:
            self.bench.recorder.check(self.journey, what, holds)

    def _begin_late(self) -> None:
        """The on_start of a user that was made for an arrival: the arrival's clocks stand still meanwhile."""
        began = monotonic_ns()
        self.begin()
        self._pass(monotonic_ns() - began)

    def _pass(self, nanoseconds: int) -> None:
        """Lets time go by that is in no clock."""
        self._due += nanoseconds
        self._outside += nanoseconds

    def _choice(self, arrival: Arrival) -> Callable[[Journey], None]:
        choices = self._choices
        return choices[self._draws.below(arrival.number, "task", len(choices)) if len(choices) > 1 else 0]

    def _end(self, began: int, wrong: BaseException | None) -> None:
        recorder, due, now = self.bench.recorder, self._arrived, monotonic_ns()
        if wrong is None and self._missed is not None:
            recorder.failure(self.journey, due, self._missed, self._answered)
        done = (now if wrong else self._due) - self._outside
        times = recorder.times(self.journey, due)
        times.dispatch.append(began - due)
        times.response.append(done - due)
        recorder.ended(self.journey, done - due)
        if self._first_sent:
            times.service.append(done - (self._first_sent - self._thought))
        self._count(recorder.count(self.journey, due), wrong, now)
        if self.bench.job.connections == "per-journey":
            self._browser.connection.close()
            if self._publisher is not None:
                self._publisher.close()

    def _count(self, counters: Counters, wrong: BaseException | None, now: int) -> None:
        """What the journey came to: a step that was missed is an error even where the journey went on."""
        missed = wrong or self._missed
        counters.done += 1
        if missed is None:
            counters.refused += self._refused
        else:
            counters.failed += wrong is not None
            counters.shed += isinstance(missed, Shed)
            counters.errors += not isinstance(missed, Shed)
        at_end = self.bench.recorder.count(self.journey, now)
        at_end.ended += 1
        at_end.completed += not (missed or self._refused)

    # Locust's own client ------------------------------------------------------------------------------------

    def _client_asked(self, event: dict[str, object]) -> dict[str, object]:
        """A request of Locust's own client: a step like ours, never repeated. As listeners should hear it."""
        recorder, names = self.bench.recorder, self.environment.names[self.journey]
        if self._arrival is None:
            recorder.left_out[ON_START] += 1
            return event
        found = asked(names.series(event.get("request_type"), event.get("name")), event)
        due = min(self._due, found.began)  # several at once were due together
        found.record(recorder, due)
        counters = recorder.count(self.journey, self._arrived)
        counters.attempts += 1
        if found.problem is not None:
            counters.attempt_errors += 1
            recorder.failure(self.journey, due, found.problem)
            self._client_failed = found.problem
        self._sent(found.began)
        self._due = max(self._due, found.done)
        return {**event, "name": found.series, "response_time": (found.done - due) / 1e6}

    def _unasked(self) -> None:
        """The server sent more than it was asked for: some answer may be another request's."""
        self.bench.recorder.unasked(self.journey, monotonic_ns())
