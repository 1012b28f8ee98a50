"""Fulfilling one order: what the ERP's answer means, and the statements that record it. Knows no broker.

Every statement moves an order forward from a state it may be in, so that doing it twice does nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from orderhub.backoff import Backoff
from orderhub.database import Pool, fetch_one
from orderhub.partner import Answer, Booked, Rejected

BEGIN: LiteralString = """
WITH moved AS (
    UPDATE orders SET state = 'sent_to_erp', updated_at = clock_timestamp()
     WHERE id = %s AND state = 'accepted' RETURNING id)
SELECT CASE WHEN EXISTS (SELECT FROM moved) THEN 'sent_to_erp' ELSE state END, failure_reason
  FROM orders WHERE id = %s"""
CONFIRM: LiteralString = "SELECT confirm_order(p_order => %s, p_number => %s)"
FAIL: LiteralString = "SELECT fail_order(p_order => %s, p_reason => %s, p_release => %s)"


@dataclass(frozen=True, kw_only=True)
class Confirm:
    number: str


@dataclass(frozen=True, kw_only=True)
class Retry:
    delay: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class Fail:
    """release: give back stock and credit, which only a definite no allows."""

    reason: str
    release: bool


Step = Confirm | Retry | Fail


def decide(answer: Answer, *, attempt: int, attempts: int, backoff: Backoff) -> Step:
    """What follows from the ERP's answer to this attempt (counted from 1). Pure but for the jitter."""
    if isinstance(answer, Booked):
        return Confirm(number=answer.number)
    if isinstance(answer, Rejected):
        return Fail(reason=f"rejected by the ERP: {answer.reason}", release=True)
    if attempt < attempts:
        return Retry(delay=backoff.delay(attempt), reason=answer.reason)
    return Fail(reason=f"no answer from the ERP in {attempt} attempts: {answer.reason}", release=False)


async def begin(pool: Pool, order: UUID) -> tuple[str, str | None] | None:
    """Marks the order as on its way; its state and failure reason, or None if there is no such order."""
    row = await fetch_one(pool, BEGIN, (order, order))
    return (row[0], row[1]) if row else None


async def confirm(pool: Pool, order: UUID, number: str) -> bool:
    """True when this call confirmed it and wrote its invoice, False when it already had an end."""
    row = await fetch_one(pool, CONFIRM, (order, number))
    return bool(row and row[0])


async def fail(pool: Pool, order: UUID, step: Fail) -> bool:
    """True when this call ended it, False when it already had an end."""
    row = await fetch_one(pool, FAIL, (order, step.reason, step.release))
    return bool(row and row[0])
