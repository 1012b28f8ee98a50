"""What a client does after an attempt: keep the answer, try again with the same key, or give up. Pure."""

from __future__ import annotations

from loadtests.job import Retry
from loadtests.ledger import Outcome

# A gateway that answers for a platform which did not: the request may or may not have taken effect.
RETRYABLE = frozenset({502, 503, 504})


def worth_retrying(status: int | None) -> bool:
    """Whether an attempt may be repeated: there was no answer (None), or a gateway answered."""
    return status is None or status in RETRYABLE


def pause(attempt: int, budget: Retry, draw: float) -> float:
    """Seconds before the next attempt: exponential, full jitter; `draw` in (0, 1]; `attempt` from 1.

    Source: Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
    """
    return draw * min(budget.longest_pause, budget.first_pause * 2.0 ** (attempt - 1))


def outcome(status: int | None, *, maybe_sent: bool) -> Outcome:
    """What is known of a write after its last attempt; refused also when no byte ever left."""
    if status is not None and 200 <= status < 300:
        return Outcome.ACKNOWLEDGED
    if (status is not None and 400 <= status < 500) or not maybe_sent:
        return Outcome.REFUSED
    return Outcome.IN_DOUBT
