"""One step against the platform: attempts within the budget, all with the same content. Records no times."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from time import monotonic_ns
from typing import Any, Protocol

import gevent

from loadtests.counters import Counters
from loadtests.generator.limits import starved
from loadtests.job import Retry
from loadtests.retries import Meaning, leaves_doubt, meaning, pause, worth_retrying

_SECOND = 1_000_000_000
_WHOLE = 0.01  # seconds that the first attempt has already used of the budget


class StepFailed(Exception):  # noqa: N818 - says what happened
    """A step did not get an answer it can use within its budget; `kind` names the step and the reason."""

    def __init__(self, series: str, reason: str) -> None:
        super().__init__(f"{series}: {reason}")
        self.kind = str(self)


class Shed(StepFailed):
    """The platform had too much to do, and asked to come later until the budget ended."""


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
    """The last answer of a step; `status` is None when there was none. `problem` says what else is wrong."""

    status: int | None
    body: bytes = b""
    problem: str = ""
    meaning: Meaning = Meaning.WRONG

    @property
    def accepted(self) -> bool:
        return self.meaning is Meaning.ACCEPTED

    @property
    def refused(self) -> bool:
        """Whether it is a business answer: a no that the journey knows."""
        return self.meaning is Meaning.REFUSED

    @property
    def shed(self) -> bool:
        """Whether the platform had too much to do: 429, or 503 with Retry-After."""
        return self.meaning is Meaning.SHED

    @property
    def reason(self) -> str:
        """Why it is not what was wanted, in words."""
        told = [
            f"status {self.status}" if self.status is not None else "",
            "shed" if self.shed else "",
            self.problem,
        ]
        return ", ".join(filter(None, told))

    def failed(self, series: str) -> StepFailed:
        """What a step raises whose answer this is."""
        return (Shed if self.shed else StepFailed)(series, self.reason)

    def json(self) -> Any:  # noqa: ANN401  # the platform decides what it answers; journeys check it
        """The body's JSON. Raises CheckFailed when it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise CheckFailed("the reply is not JSON") from error


class Wire(Protocol):
    """What carries an attempt: `sent` is when its first byte was about to leave, monotonic ns; 0 before.

    `later` are the seconds after which its answer asked to come again (Retry-After), None where it did not.
    """

    sent: int
    later: float | None

    def close(self) -> None: ...


@dataclass(kw_only=True, slots=True)
class Attempts:
    """A step's attempts: how many, how many found no port or open file left on this machine.

    When a byte of the first and of the last one left, monotonic ns; 0 if none did. `doubtful`: one of them
    may have taken effect unheard, which one that `reads` never has. `refusals` are the statuses of a
    business answer. `answers` has the status of each attempt, None without one, and whether it was no use.
    """

    wire: Wire
    exchange: Callable[[], tuple[int, bytes]]
    refusals: Collection[int] = ()
    reads: bool = False
    count: int = 0
    starved: int = 0
    first_sent: int = 0
    last_sent: int = 0
    doubtful: bool = False
    answers: list[tuple[int | None, bool]] = field(default_factory=list)

    def made(self, budget: Retry, counted: Callable[[], Counters], draw: Draw) -> Reply:
        """Attempts until one has an answer worth keeping, or the budget ends.

        `counted` gives the counters that they belong to; `draw` jitters the pauses.
        """
        end = monotonic_ns() + round(budget.deadline * _SECOND)
        while True:
            reply = self._counted(budget, end, counted)
            if not worth_retrying(reply.status):
                return self._believed(reply)
            unheard = not self.reads and leaves_doubt(reply.status, sent=self.last_sent > 0)
            self.doubtful = self.doubtful or unheard
            wait = pause(self.count, budget, draw(self.count), self.wire.later or 0.0)
            spent = budget.attempts is not None and self.count >= budget.attempts
            if spent or monotonic_ns() + wait * _SECOND >= end:
                return self._believed(reply)
            gevent.sleep(wait)

    def _believed(self, reply: Reply) -> Reply:
        """The last answer; a no after a doubtful attempt is none, as it may be said of that one's effect."""
        if not self.doubtful or reply.shed or not 400 <= (reply.status or 0) < 500:
            return reply
        return replace(reply, meaning=Meaning.WRONG, problem="after an attempt without an answer")

    def _counted(self, budget: Retry, end: int, counted: Callable[[], Counters]) -> Reply:
        """One attempt, counted also when the journey's own time-out or the run's end interrupts it."""
        self.count += 1
        reply = INTERRUPTED
        try:
            reply = self._attempt(budget.timeout, (end - monotonic_ns()) / _SECOND)
        finally:
            counters = counted()  # anew: seconds are written and forgotten
            counters.attempts += 1
            wrong = reply.meaning in (Meaning.WRONG, Meaning.SHED)
            counters.attempt_errors += wrong
            self.answers.append((reply.status, wrong))
        return reply

    def _attempt(self, seconds: float, left: float) -> Reply:
        wire = self.wire
        wire.sent, wire.later = 0, None
        timeout = AttemptTimedOut.start_new(min(seconds, left))
        try:
            status, body = self.exchange()
            known = meaning(status, self.refusals, later=wire.later is not None)
            return Reply(status=status, body=body, meaning=known)
        except ATTEMPT_ERRORS as error:
            wire.close()
            self.starved += starved(error)
            return Reply(status=None, problem=_problem(error, seconds if seconds < left + _WHOLE else None))
        finally:
            timeout.close()
            self.last_sent = wire.sent
            self.first_sent = self.first_sent or wire.sent


INTERRUPTED = Reply(status=None, problem="interrupted")
"""What a step came to that somebody else ended: the journey's own time-out, or the end of the run."""
# A number in (0, 1] for the pause after an attempt, the same for the same arrival.
Draw = Callable[[int], float]


def _problem(error: BaseException, seconds: float | None) -> str:
    """Without what was measured: the words are a failure's kind. Without seconds the budget ended first."""
    if isinstance(error, AttemptTimedOut):
        return f"no answer in {seconds:g} s" if seconds else "no answer before the budget ended"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error)
