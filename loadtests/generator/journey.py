"""What journeys are written with: a Locust user; steps are timed from when they were due, safely repeated.

A journey's tasks are Locust tasks. One arrival runs one task; the same user then serves another arrival.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from functools import partial
from time import monotonic_ns, time
from typing import ClassVar, cast

import gevent
from locust.contrib.fasthttp import FastHttpUser

from foundation.errors import InputError
from loadtests.arrivals import Arrival
from loadtests.counters import Counters
from loadtests.generator.asked import asked
from loadtests.generator.attempts import INTERRUPTED, Attempts, Reply, Shed, StepFailed
from loadtests.generator.bench import BenchEnvironment
from loadtests.generator.client import PinnedClients
from loadtests.generator.client_steps import ClientSteps
from loadtests.generator.connection import Connection
from loadtests.generator.drawing import Drawing
from loadtests.generator.locustfiles.hearing import RequestFailed
from loadtests.generator.publishing import Message, Publisher
from loadtests.generator.requests import Requests
from loadtests.ledger import Outcome
from loadtests.left_out import ON_START
from loadtests.retries import REFUSALS, outcome

_SECOND = 1_000_000_000
_JSON = {"Content-Type": "application/json"}
_NONE: Mapping[str, str] = {}
_INTERRUPTED = StepFailed("the journey", "the run ended")


class Journey(Drawing, FastHttpUser):
    """A user that runs one task for each arrival. Subclasses name the journey and write its tasks.

    `self.get`, `self.submit` and, to the RabbitMQ at `broker`, `self.publish` are the timed steps;
    `self.client` is Locust's own, held to the same target; what it asks is a timed step, too. `refusals` are
    the statuses by which the platform says no for a reason of business: such an order is refused, no error.
    """

    abstract = True
    broker: ClassVar[str] = ""  # amqp[s]://USER:PASSWORD@HOST:PORT/VHOST
    refusals: ClassVar[Collection[int]] = REFUSALS
    environment: BenchEnvironment

    def __init__(self, environment: BenchEnvironment) -> None:
        self.bench = environment.bench
        target, context = self.bench.target, self.bench.context
        self.host, self._clients = environment.host, PinnedClients(target, context, self._unasked)
        self.client_pool = self._clients
        super().__init__(environment)
        self.client.request_event = ClientSteps(self._client_asked, environment.events.request)
        self._connection, self._requests = Connection(target, context, self._unasked), Requests(target)
        self._publisher = Publisher(environment.broker(self.broker)) if self.broker else None
        self._draws = self.bench.draws[self.journey]
        self._choices = cast("tuple[Callable[[Journey], None], ...]", tuple(type(self).tasks))
        self._started = False

    # For journeys -------------------------------------------------------------------------------------------

    def think(self, seconds: float) -> None:
        """Time the customer takes; no clock runs. The next step is due when it is over."""
        self._pass(round(seconds * _SECOND))
        gevent.sleep(max(self._due - monotonic_ns(), 0) / _SECOND)

    def get(
        self, step: str, path: str, *, headers: Mapping[str, str] = _NONE, expected: Collection[int] = ()
    ) -> Reply:
        """Reads `path`. Untimed in on_start.

        Raises StepFailed when there is neither 2xx nor one of the `expected` statuses within the budget. A
        journey that goes on then did not end well all the same: what it can do without, it expects.
        """
        attempts = self._request("GET", path, b"", headers, refusals=expected)
        reply = self._timed(step, "GET", path, attempts) if self._arrival else self._unheard(attempts)
        if not (reply.accepted or reply.refused):
            raise self._miss(step, reply)
        return reply

    def submit(
        self, step: str, path: str, *, body: object, content: str, headers: Mapping[str, str] = _NONE
    ) -> Reply:
        """POSTs `body` under an idempotency key of its own; in the ledger before it is sent and when it ends.

        `content` is the canonical text of what is asked for; conservation compares its hash. A refusal (one
        of the journey's `refusals`) is returned. Raises StepFailed for every other answer, and for none.
        """
        key = self._new_key()
        own = {**_JSON, "Idempotency-Key": key}
        attempts = self._request("POST", path, json.dumps(body).encode(), headers, own, self.refusals)
        return self._kept(step, "POST", path, attempts, key, content)

    def publish(
        self,
        step: str,
        routing_key: str,
        *,
        body: object,
        content: str,
        exchange: str = "",
        headers: Mapping[str, str] = _NONE,
    ) -> Reply:
        """Publishes `body` to the journey's broker; it is done when the broker has confirmed it.

        Otherwise as `submit`: its key is the message id and the header idempotency-key. A message that no
        queue takes (404), or that the broker will not have, is an error unless `refusals` name it.
        """
        publisher = self._publisher
        if publisher is None:
            raise InputError(
                f"journey {self.journey!r} publishes and has no broker", hint="name it: broker = …"
            )
        key = self._new_key()
        message = Message(
            exchange=exchange, routing_key=routing_key, body=json.dumps(body).encode(), key=key,
            headers={"idempotency-key": key, **headers},
        )  # fmt: skip
        attempts = Attempts(
            wire=publisher, exchange=partial(publisher.exchange, message), refusals=self.refusals
        )
        return self._kept(step, "PUBLISH", f"{exchange}/{routing_key}", attempts, key, content)

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
            self.bench.recorder.failure(self.journey, due, error)
        finally:
            self._end(began, wrong)

    def leave(self) -> None:
        """The load is over: a last look at what is open, which is closed."""
        self._connection.close()
        self._clients.client.close()

    def age(self, now: int) -> int:
        """How long the arrival that is being served has taken so far, in ns without think time."""
        return now - self._arrived - self._outside

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
            recorder.failure(self.journey, due, self._missed)
        done = (now if wrong else self._due) - self._outside
        times = recorder.times(self.journey, due)
        times.dispatch.append(began - due)
        times.response.append(done - due)
        recorder.ended(self.journey, done - due)
        if self._first_sent:
            times.service.append(done - (self._first_sent - self._thought))
        self._count(recorder.count(self.journey, due), wrong, now)
        if self.bench.job.connections == "per-journey":
            self._connection.close()
            if self._publisher is not None:
                self._publisher.close()

    def _count(self, counters: Counters, wrong: BaseException | None, now: int) -> None:
        """What the journey came to: a step that was missed is an error even where the journey went on."""
        missed = wrong or self._missed
        counters.done += 1
        counters.failed += wrong is not None
        counters.shed += isinstance(missed, Shed)
        counters.errors += missed is not None and not isinstance(missed, Shed)
        counters.refused += missed is None and self._refused
        at_end = self.bench.recorder.count(self.journey, now)
        at_end.ended += 1
        at_end.completed += not (missed or self._refused)

    # One step -----------------------------------------------------------------------------------------------

    def _request(
        self,
        method: str,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        own: Mapping[str, str] = _NONE,
        refusals: Collection[int] = (),
    ) -> Attempts:
        request = self._requests.encoded(method, path, body, own, headers)
        exchange = partial(self._connection.exchange, request)
        return Attempts(wire=self._connection, exchange=exchange, refusals=refusals, reads=method == "GET")

    def _new_key(self) -> str:
        """RUN-INDEX for what an arrival submits first, RUN-INDEX-2 for what it submits next."""
        key = f"{self.bench.job.run}-{self.arrival.index}"
        self._orders += 1
        return key if self._orders == 1 else f"{key}-{self._orders}"

    def _kept(self, step: str, method: str, path: str, attempts: Attempts, key: str, content: str) -> Reply:
        """A step that is in the ledger before it is sent and when it ends; StepFailed: no refusal, no yes."""
        self.bench.ledger.intend(key, content)
        reply = self._settled(step, method, path, attempts, key)
        self._refused = self._refused or reply.refused
        if not (reply.accepted or reply.refused):
            raise self._miss(step, reply)
        return reply

    def _miss(self, step: str, reply: Reply) -> StepFailed:
        """What a step raises that was answered so: whoever catches it, the arrival did not end well."""
        failed = reply.failed(f"{self.journey}/{step}")
        if self._arrival:
            self._missed = failed
        return failed

    def _settled(self, step: str, method: str, path: str, attempts: Attempts, key: str) -> Reply:
        reply = INTERRUPTED
        try:
            reply = self._timed(step, method, path, attempts)
        finally:  # also when the greenlet is ended: an intent without an outcome means a broken ledger
            sent = attempts.first_sent > 0
            known = outcome(reply.status, maybe_sent=sent, doubtful=attempts.doubtful)
            reason = "" if known is Outcome.ACKNOWLEDGED else reply.reason
            self.bench.ledger.settle(
                key, known, attempts=attempts.count, reason=reason if sent else f"never sent: {reason}"
            )
        return reply

    def _timed(self, step: str, method: str, path: str, attempts: Attempts) -> Reply:
        """One step on all clocks; one that is interrupted took as long as it did."""
        due, series, began = self._due, f"{self.journey}/{step}", monotonic_ns()
        try:
            reply = self._attempted(step, attempts)
        except BaseException:
            self._miss(step, INTERRUPTED)
            raise
        finally:
            done = self._due = monotonic_ns()
            self._sent(attempts.first_sent)
            self.bench.recorder.starved += attempts.starved
            for status, wrong in attempts.answers:
                self.bench.recorder.answers[series].add(status, wrong=wrong)
            times = self.bench.recorder.times(series, due)
            times.dispatch.append(began - due)
            times.response.append(done - due)
            if attempts.last_sent:
                times.service.append(done - attempts.last_sent)
        if self.environment.listened:
            self._tell_locust(series, method, path, reply, done - due)
        return reply

    def _sent(self, first: int) -> None:
        """The journey's first byte, if it is: what it has thought until then is in no service time."""
        if first and not self._first_sent:
            self._first_sent, self._thought = first, self._outside

    def _attempted(self, step: str, attempts: Attempts) -> Reply:
        number, draws = self.arrival.number, self._draws
        return attempts.made(
            self.bench.job.retry,
            partial(self.bench.recorder.count, self.journey, self._arrived),
            lambda attempt: draws.uniform(number, f"pause/{step}/{attempt}"),
        )

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

    def _unheard(self, attempts: Attempts) -> Reply:
        """A step of on_start: within the same budget, but in no figure."""
        self.bench.recorder.left_out[ON_START] += 1
        return attempts.made(self.bench.job.retry, Counters, lambda _: 1.0)

    def _tell_locust(self, series: str, method: str, path: str, reply: Reply, response_time: int) -> None:
        """Locust's listeners get the time since the step was due, so that its web UI and our report agree."""
        self.environment.events.request.fire(  # type: ignore[no-untyped-call]
            request_type=method,
            name=series,
            response_time=response_time / 1e6,
            response_length=len(reply.body),
            exception=None if reply.accepted else reply.failed(series),
            context={},
            response=reply,
            start_time=time() - response_time / _SECOND,
            url=path,
        )
