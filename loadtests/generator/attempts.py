"""One step against the platform: attempts within the budget, all with the same content. Records no times."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from time import monotonic_ns
from typing import Protocol

import gevent

from loadtests.generator.alarm import Alarm, AttemptTimedOut
from loadtests.generator.http.headers import Fields
from loadtests.generator.http.redirects import Astray
from loadtests.generator.limits import starved
from loadtests.generator.replies import Reply
from loadtests.planning.job import Retry
from loadtests.recording.counters import Counters
from loadtests.recording.retries import Meaning, leaves_doubt, meaning, pause, worth_retrying

_SECOND = 1_000_000_000
_WHOLE = 0.01  # seconds that the first attempt has already used of the budget


class FeedUsedUp(Exception):  # noqa: N818 - says what happened
    """A feed of which each row may be used once has none left."""


class OutsideArrival(Exception):  # noqa: N818 - says what happened
    """What only an arrival can have was asked for where there is none."""


# Where the network's errors become one thing: an attempt without an answer.
ATTEMPT_ERRORS = (OSError, AttemptTimedOut)


class Wire(Protocol):
    """What carries an attempt: `sent` is when its first byte was about to leave, monotonic ns; 0 before.

    `later` are the seconds after which its answer asked to come again (Retry-After), None where it did not;
    `fields` are the answer's headers. `alarm` ends an attempt that takes too long.
    """

    alarm: Alarm
    sent: int
    later: float | None
    fields: Fields

    def close(self) -> None: ...


@dataclass(kw_only=True, slots=True)
class Attempts:
    """A step's attempts: how many, how many found no port or open file left on this machine.

    When a byte of the first and of the last one left, monotonic ns; 0 if none did. `doubtful`: one of them
    may have taken effect unheard, which one that `reads` never has. `refusals` are the statuses of a
    business answer, `redirects` those that `follow` leads on from. One that is not `repeated` is made again
    only where it cannot have taken effect. `answers` has the status of each attempt, None without one, and
    whether it was no use. Redirects are of the same step: `last_sent` is before the first of them.
    """

    wire: Wire
    exchange: Callable[[], tuple[int, bytes]]
    refusals: Collection[int] = ()
    redirects: Collection[int] = ()
    follow: Callable[[Attempts, Reply], None] | None = None
    path: str = ""
    reads: bool = False
    repeated: bool = True
    count: int = 0
    starved: int = 0
    first_sent: int = 0
    last_sent: int = 0
    led: int = 0
    doubtful: bool = False
    answers: list[tuple[int | None, bool]] = field(default_factory=list)

    def made(self, budget: Retry, counted: Counted, draw: Draw, end: int | None = None) -> Reply:
        """Attempts until one has an answer worth keeping, or the budget ends (at `end`, monotonic ns).

        `counted` gives the counters that they belong to; `draw` jitters the pauses.
        """
        end = end or monotonic_ns() + round(budget.deadline * _SECOND)
        while True:
            reply = self._counted(budget, end, counted)
            if reply.meaning is Meaning.ELSEWHERE:
                if (strayed := self._led_on(reply, counted)) is not None:
                    return strayed
                continue
            if not self._worth_repeating(reply):
                return self._believed(reply)
            unheard = not self.reads and leaves_doubt(reply.status, sent=self.wire.sent > 0)
            self.doubtful = self.doubtful or unheard
            wait = pause(self.count, budget, draw(self.count), self.wire.later or 0.0)
            spent = budget.attempts is not None and self.count >= budget.attempts
            if spent or monotonic_ns() + wait * _SECOND >= end:
                return self._believed(reply)
            gevent.sleep(wait)

    def _worth_repeating(self, reply: Reply) -> bool:
        if not worth_retrying(reply.status):
            return False
        return self.repeated or reply.shed or not self.wire.sent

    def _led_on(self, reply: Reply, counted: Counted) -> Reply | None:
        """Goes where a redirect leads; what it came to where it leads nowhere."""
        assert self.follow is not None
        try:
            self.follow(self, reply)
        except Astray as error:
            counted().attempt_errors += 1
            self.answers[-1] = (reply.status, True)
            return replace(reply, meaning=Meaning.WRONG, problem=str(error))
        self.led += 1
        return None

    def _believed(self, reply: Reply) -> Reply:
        """The last answer; a no after a doubtful attempt is none, as it may be said of that one's effect."""
        if not self.doubtful or reply.shed or not 400 <= (reply.status or 0) < 500:
            return reply
        return replace(reply, meaning=Meaning.WRONG, problem="after an attempt without an answer")

    def _counted(self, budget: Retry, end: int, counted: Counted) -> Reply:
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
        wire.sent, wire.later, wire.fields = 0, None, ()
        wire.alarm.set(min(seconds, left))
        try:
            status, body = self.exchange()
            known = meaning(status, self.refusals, later=wire.later is not None, redirects=self.redirects)
            return Reply(status=status, content=body, meaning=known, fields=wire.fields, path=self.path)
        except ATTEMPT_ERRORS as error:
            wire.close()
            self.starved += starved(error)
            return Reply(status=None, problem=_problem(error, seconds if seconds < left + _WHOLE else None))
        finally:
            wire.alarm.stop()
            if not self.led:
                self.last_sent = wire.sent
            self.first_sent = self.first_sent or wire.sent


INTERRUPTED = Reply(status=None, problem="interrupted")
"""What a step came to that somebody else ended: the journey's own time-out, or the end of the run."""
# The counters that an attempt belongs to, asked anew each time: seconds are written and forgotten.
Counted = Callable[[], Counters]
# A number in (0, 1] for the pause after an attempt, the same for the same arrival.
Draw = Callable[[int], float]


def _problem(error: BaseException, seconds: float | None) -> str:
    """Without what was measured: the words are a failure's kind. Without seconds the budget ended first."""
    if isinstance(error, AttemptTimedOut):
        return f"no answer in {seconds:g} s" if seconds else "no answer before the budget ended"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error)
