"""One step against the platform: attempts within the budget, all with the same content. Records no times."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic_ns
from typing import Any, Protocol

import gevent

from loadtests.counters import Counters
from loadtests.generator.limits import starved
from loadtests.job import Retry
from loadtests.retries import pause, worth_retrying

_SECOND = 1_000_000_000
_WHOLE = 0.01  # seconds that the first attempt has already used of the budget


class StepFailed(Exception):  # noqa: N818 - says what happened
    """A step did not get an answer it can use within its budget; `kind` names the step and the reason."""

    def __init__(self, series: str, reason: str) -> None:
        super().__init__(f"{series}: {reason}")
        self.kind = str(self)


class CheckFailed(Exception):  # noqa: N818 - says what happened
    """An answer does not carry what was asked for."""


class FeedUsedUp(Exception):  # noqa: N818 - says what happened
    """A feed of which each row may be used once has none left."""


class OutsideArrival(Exception):  # noqa: N818 - says what happened
    """What only an arrival can have was asked for where there is none."""


class AttemptTimedOut(gevent.Timeout):  # type: ignore[misc]  # gevent is untyped
    """One attempt took longer than the budget gives it."""


# Where the network's errors become one thing: an attempt without an answer.
ATTEMPT_ERRORS = (OSError, AttemptTimedOut)


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

    @property
    def refused(self) -> bool:
        return self.status is not None and 400 <= self.status < 500

    @property
    def reason(self) -> str:
        """Why it is not what was wanted, in words."""
        return f"status {self.status}" if self.status is not None else self.problem

    def json(self) -> Any:  # noqa: ANN401  # the platform decides what it answers; journeys check it
        """The body's JSON. Raises CheckFailed when it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise CheckFailed("the reply is not JSON") from error


class Wire(Protocol):
    """What carries an attempt: `sent` is when its first byte was about to leave, monotonic ns; 0 before."""

    sent: int

    def close(self) -> None: ...


@dataclass(kw_only=True, slots=True)
class Attempts:
    """A step's attempts: how many, how many found no port or open file left on this machine.

    When a byte of the first and of the last one left, monotonic ns; 0 if none did.
    """

    wire: Wire
    exchange: Callable[[], tuple[int, bytes]]
    count: int = 0
    starved: int = 0
    first_sent: int = 0
    last_sent: int = 0

    def made(self, budget: Retry, counted: Callable[[], Counters], draw: Draw) -> Reply:
        """Attempts until one has an answer worth keeping, or the budget ends.

        `counted` gives the counters that they belong to; `draw` jitters the pauses.
        """
        end = monotonic_ns() + round(budget.deadline * _SECOND)
        while True:
            self.count += 1
            reply = self._attempt(budget.timeout, (end - monotonic_ns()) / _SECOND)
            retry = worth_retrying(reply.status)
            counters = counted()  # anew: seconds are written and forgotten
            counters.attempts += 1
            counters.attempt_errors += retry
            if not retry:
                return reply
            wait = pause(self.count, budget, draw(self.count))
            if self.count >= budget.attempts or monotonic_ns() + wait * _SECOND >= end:
                return reply
            gevent.sleep(wait)

    def _attempt(self, seconds: float, left: float) -> Reply:
        wire = self.wire
        wire.sent = 0
        timeout = AttemptTimedOut.start_new(min(seconds, left))
        try:
            status, body = self.exchange()
            return Reply(status=status, body=body)
        except ATTEMPT_ERRORS as error:
            wire.close()
            self.starved += starved(error)
            return Reply(status=None, problem=_problem(error, seconds if seconds < left + _WHOLE else None))
        finally:
            timeout.close()
            self.last_sent = wire.sent
            self.first_sent = self.first_sent or wire.sent


# A number in (0, 1] for the pause after an attempt, the same for the same arrival.
Draw = Callable[[int], float]


def _problem(error: BaseException, seconds: float | None) -> str:
    """Without what was measured: the words are a failure's kind. Without seconds the budget ended first."""
    if isinstance(error, AttemptTimedOut):
        return f"no answer in {seconds:g} s" if seconds else "no answer before the budget ended"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error)
