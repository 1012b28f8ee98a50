"""What a client makes of an answer: keep it, try again with the same key, or give up. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto

from loadtests.planning.job import Retry
from loadtests.recording.ledger import Outcome

REFUSALS = frozenset({409, 422})
"""The statuses of a business answer, such as "not enough in stock", unless a journey names its own."""
# A gateway that answers for a platform which did not: the request may or may not have taken effect.
_GATEWAYS = frozenset({502, 503, 504})
_TOO_MANY = 429


class Meaning(Enum):
    """What an answer is to whom it was given.

    `SHED`: the platform has too much to do; come later. `ELSEWHERE`: it is to be had at another place.
    """

    ACCEPTED = auto()
    REFUSED = auto()
    SHED = auto()
    ELSEWHERE = auto()
    WRONG = auto()


def meaning(
    status: int | None, refusals: Collection[int], *, later: bool, redirects: Collection[int] = ()
) -> Meaning:
    """What a status means where `refusals` are business answers and `redirects` are followed.

    `later`: it came with Retry-After.
    """
    if status is None:
        return Meaning.WRONG
    if 200 <= status < 300:
        return Meaning.ACCEPTED
    if status in refusals:
        return Meaning.REFUSED
    if status in redirects:
        return Meaning.ELSEWHERE
    return Meaning.SHED if status == _TOO_MANY or (status == 503 and later) else Meaning.WRONG


def worth_retrying(status: int | None) -> bool:
    """Whether an attempt may be repeated: no answer (None), a gateway's, or one that asks to come later."""
    return status is None or status in _GATEWAYS or status == _TOO_MANY


def leaves_doubt(status: int | None, *, sent: bool) -> bool:
    """Whether an attempt may have taken effect although its answer does not say so."""
    return sent and (status is None or not 400 <= status < 500)


def asked_for(later: bytes, date: bytes, now: float) -> float | None:
    """Seconds that Retry-After asks for; None without it, 0 for what is neither seconds nor a date.

    A date (RFC 9110, 10.2.3) counts from the answer's own `date`, as clocks differ; without one from `now`,
    our seconds since the epoch. How far off it may be is for the budget to say.
    """
    if not later:
        return None
    if later.isdigit():
        return float(later)
    until = _epoch(later)
    if until is None:
        return 0.0
    said = _epoch(date)
    return max(until - (now if said is None else said), 0.0)


def _epoch(date: bytes) -> float | None:
    """An HTTP date of any of its three forms in seconds since the epoch; None for what is none."""
    try:
        found: datetime = parsedate_to_datetime(date.decode("ascii"))
    except (ValueError, OverflowError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def pause(attempt: int, budget: Retry, draw: float, asked: float = 0.0) -> float:
    """Seconds before the next attempt: exponential, full jitter; `draw` in (0, 1]; `attempt` from 1.

    They come on top of what the platform `asked` for (Retry-After, RFC 9110): not all come back at once.

    Source: Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
    """
    return asked + draw * min(budget.longest_pause, budget.first_pause * 2.0 ** min(attempt - 1, 60))


def outcome(status: int | None, *, maybe_sent: bool, doubtful: bool = False) -> Outcome:
    """What is known of a write after its last attempt; refused also when no byte ever left.

    A no that comes after a `doubtful` attempt is no refusal: 409 may well mean that the first one is there.
    """
    if status is not None and 200 <= status < 300:
        return Outcome.ACKNOWLEDGED
    definitive = status is not None and 400 <= status < 500 and not doubtful
    return Outcome.REFUSED if definitive or not maybe_sent else Outcome.IN_DOUBT
