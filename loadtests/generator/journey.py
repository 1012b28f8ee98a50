"""What journeys are written with: a Locust user; steps are timed from when they were due, safely repeated.

A journey's tasks are Locust tasks. One arrival runs one task; the same user then serves another arrival.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic_ns, time
from typing import Any, ClassVar, cast

import gevent
from geventhttpclient.response import HTTPParseError
from locust.contrib.fasthttp import FastHttpUser

from foundation.errors import InputError
from loadtests.arrivals import Arrival
from loadtests.feeds import Row
from loadtests.generator.bench import BenchEnvironment
from loadtests.generator.client import PinnedClients
from loadtests.generator.limits import starved
from loadtests.latency_log import Clock
from loadtests.ledger import Outcome
from loadtests.retries import outcome, pause, worth_retrying

_SECOND = 1_000_000_000
_JSON = {"Content-Type": "application/json"}


class StepFailed(Exception):  # noqa: N818 - says what happened
    """A step did not get an answer it can use within its budget; `kind` names the step and the reason."""

    def __init__(self, series: str, reason: str) -> None:
        super().__init__(f"{series}: {reason}")
        self.kind = str(self)


class CheckFailed(Exception):  # noqa: N818 - says what happened
    """An answer does not carry what was asked for."""


class AttemptTimedOut(gevent.Timeout):  # type: ignore[misc]  # gevent is untyped
    """One attempt took longer than the budget gives it."""


# Where the network's errors become one thing: an attempt without an answer.
ATTEMPT_ERRORS = (OSError, HTTPParseError, AttemptTimedOut)


def check(holds: bool, what: str) -> None:
    """Fails the journey with `what` was expected when it does not hold."""
    if not holds:
        raise CheckFailed(what)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """The last answer of a step; `status` is None when there was none, and `problem` then says why."""

    status: int | None
    body: bytes = b""
    problem: str = ""

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    def json(self) -> Any:  # noqa: ANN401  # the platform decides what it answers; journeys check it
        """The body's JSON. Raises CheckFailed when it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise CheckFailed("the reply is not JSON") from error


@dataclass(slots=True)
class _Attempts:
    """What became of a step's attempts."""

    count: int = 0
    maybe_sent: bool = False


class Journey(FastHttpUser):
    """A user that runs one task for each arrival. Subclasses name the journey and write its tasks.

    `self.get` and `self.submit` are the timed steps; `self.client` is Locust's own, held to the same target.
    """

    abstract = True
    journey: ClassVar[str]
    environment: BenchEnvironment

    def __init__(self, environment: BenchEnvironment) -> None:
        self.bench = environment.bench
        clients = PinnedClients(self.bench.target, self.bench.context)
        self.host, self.client_pool, self._http = environment.host, clients, clients.client
        super().__init__(environment)
        self._prefix = self.bench.target.prefix
        self._draws = self.bench.draws[self.journey]
        self._choices = cast("tuple[Callable[[Journey], None], ...]", tuple(type(self).tasks))

    # For journeys -------------------------------------------------------------------------------------------

    def pick(self, feed: str, purpose: str = "") -> Row:
        """A row of a feed, the same for the same arrival. Raises InputError when there is no such feed."""
        rows = self._feed(feed)
        return rows[self._draws.below(self.arrival.number, f"{feed}/{purpose}", len(rows))]

    def rows(self, feed: str) -> int:
        """How many rows a feed has."""
        return len(self._feed(feed))

    def integer(self, purpose: str, low: int, high: int) -> int:
        """A whole number in [low, high], the same for the same arrival."""
        return low + self._draws.below(self.arrival.number, purpose, high - low + 1)

    def think(self, seconds: float) -> None:
        """Time the customer takes; no clock runs. The next step is due when it is over."""
        self._due += round(seconds * _SECOND)
        self._thought += round(seconds * _SECOND)
        gevent.sleep(max(self._due - monotonic_ns(), 0) / _SECOND)

    def get(self, step: str, path: str) -> Reply:
        """Reads `path`. Raises StepFailed when there is no 2xx within the budget."""
        reply = self._timed(step, "GET", path, b"", {}, _Attempts())
        if not reply.accepted:
            raise StepFailed(f"{self.journey}/{step}", _reason(reply))
        return reply

    def submit(self, step: str, path: str, *, body: object, content: str) -> Reply:
        """POSTs `body` under the arrival's idempotency key; in the ledger before it is sent and when it ends.

        `content` is the canonical text of what is asked for; conservation compares its hash. A definitive no
        (4xx) is returned. Raises StepFailed when nothing definite came within the budget.
        """
        key = f"{self.bench.job.run}-{self.arrival.index}"
        self._submitted = True
        self.bench.ledger.intend(key, content)
        reply = self._settled(step, path, body, key)
        self._accepted = reply.accepted
        self._refused = reply.status is not None and 400 <= reply.status < 500
        if not (self._accepted or self._refused):
            raise StepFailed(f"{self.journey}/{step}", _reason(reply))
        return reply

    # One arrival --------------------------------------------------------------------------------------------

    def serve(self, arrival: Arrival, due: int) -> None:
        """Runs one task for an arrival that was due at a monotonic ns. Raises only what ends the greenlet."""
        recorder = self.bench.recorder
        recorder.latency(self.journey, Clock.DISPATCH, due, monotonic_ns() - due)
        self.arrival, self._arrived, self._due, self._thought, self._first_sent = arrival, due, due, 0, 0
        self._submitted = self._accepted = self._refused = False
        failed = True
        try:
            self._choices[self._draws.below(arrival.number, "task", len(self._choices))](self)
            failed = False
        except Exception as error:  # noqa: BLE001  # whatever a journey raises is counted; the run goes on
            recorder.failure(self.journey, due, error)
        finally:
            self._end(due, failed=failed)

    def _end(self, due: int, *, failed: bool) -> None:
        recorder, done = self.bench.recorder, monotonic_ns() if failed else self._due
        recorder.latency(self.journey, Clock.RESPONSE, due, done - due - self._thought)
        if self._first_sent:
            recorder.latency(self.journey, Clock.SERVICE, due, done - self._first_sent - self._thought)
        counters = recorder.count(self.journey, due)
        counters.done += 1
        counters.failed += failed
        counters.refused += self._refused
        error = not (self._accepted or self._refused) if self._submitted else failed
        counters.errors += error
        if not (error or self._refused):
            recorder.count(self.journey, monotonic_ns()).completed += 1

    def _feed(self, name: str) -> tuple[Row, ...]:
        rows = self.bench.feeds.get(name)
        if rows is None:
            raise InputError(f"journey {self.journey!r} needs the feed {name!r}", hint=f"add {name}.csv")
        return rows

    # One step -----------------------------------------------------------------------------------------------

    def _settled(self, step: str, path: str, body: object, key: str) -> Reply:
        attempts, reply = _Attempts(), Reply(status=None, problem="the generator was ended")
        try:
            reply = self._timed(
                step, "POST", path, json.dumps(body).encode(), {**_JSON, "Idempotency-Key": key}, attempts
            )
        finally:  # also when the greenlet is ended: an intent without an outcome means a broken ledger
            known = outcome(reply.status, maybe_sent=attempts.maybe_sent)
            reason = "" if known is Outcome.ACKNOWLEDGED else _reason(reply)
            if not attempts.maybe_sent:
                reason = f"never sent: {reason}"
            self.bench.ledger.settle(key, known, attempts=attempts.count, reason=reason)
        return reply

    def _timed(
        self, step: str, method: str, path: str, body: bytes, headers: dict[str, str], attempts: _Attempts
    ) -> Reply:
        due, series, recorder = self._due, f"{self.journey}/{step}", self.bench.recorder
        recorder.latency(series, Clock.DISPATCH, due, monotonic_ns() - due)
        reply = self._attempted(step, method, path, body, headers, attempts)
        done, sent = monotonic_ns(), self._http.connection.sent
        recorder.latency(series, Clock.RESPONSE, due, done - due)
        if sent:
            recorder.latency(series, Clock.SERVICE, due, done - sent)
        self._due = done
        self._tell_locust(series, method, path, reply, done - due)
        return reply

    def _attempted(
        self, step: str, method: str, path: str, body: bytes, headers: dict[str, str], attempts: _Attempts
    ) -> Reply:
        budget, recorder = self.bench.job.retry, self.bench.recorder
        end = monotonic_ns() + round(budget.deadline * _SECOND)
        while True:
            attempts.count += 1
            left = (end - monotonic_ns()) / _SECOND
            reply = self._attempt(method, path, body, headers, min(budget.timeout, left))
            attempts.maybe_sent |= self._http.connection.sent > 0
            retry = worth_retrying(reply.status)
            counters = recorder.count(self.journey, self._arrived)  # anew: seconds are written and forgotten
            counters.attempts += 1
            counters.attempt_errors += retry
            if not retry:
                return reply
            draw = self._draws.uniform(self.arrival.number, f"pause/{step}/{attempts.count}")
            wait = pause(attempts.count, budget, draw)
            if attempts.count >= budget.attempts or monotonic_ns() + wait * _SECOND >= end:
                return reply
            gevent.sleep(wait)

    def _attempt(self, method: str, path: str, body: bytes, headers: dict[str, str], seconds: float) -> Reply:
        connection = self._http.connection
        connection.sent = 0
        timeout = AttemptTimedOut.start_new(seconds)
        try:
            response = self._http.request(method, self._prefix + path, body, headers)
            content = response.read()
            return Reply(status=response.status_code, body=content)
        except ATTEMPT_ERRORS as error:
            connection.close()
            self.bench.recorder.starved += starved(error)
            return Reply(status=None, problem=_problem(error, seconds))
        finally:
            timeout.close()
            self._first_sent = self._first_sent or connection.sent

    def _tell_locust(self, series: str, method: str, path: str, reply: Reply, response_time: int) -> None:
        """Locust's listeners get the time since the step was due, so that its web UI and our report agree."""
        self.environment.events.request.fire(  # type: ignore[no-untyped-call]
            request_type=method,
            name=series,
            response_time=response_time / 1e6,
            response_length=len(reply.body),
            exception=None if reply.accepted else StepFailed(series, _reason(reply)),
            context={},
            response=reply,
            start_time=time() - response_time / _SECOND,
            url=path,
        )


def _reason(reply: Reply) -> str:
    return f"status {reply.status}" if reply.status is not None else reply.problem


def _problem(error: BaseException, seconds: float) -> str:
    if isinstance(error, AttemptTimedOut):
        return f"no answer in {seconds:.3g} s"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error)
