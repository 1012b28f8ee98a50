"""Invoices and what is paid of them: requests and statements. Knows no HTTP.

Nobody asks for an invoice: confirming an order writes it. The rules of a payment live in accept_payment.
"""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256
from typing import LiteralString

import orjson
from pydantic import BaseModel, ConfigDict, Field

from orderhub.accepting import Outcome, ask
from orderhub.database import Pool, fetch_one

_INVOICE = """json_build_object(
    'id', i.id, 'number', i.number, 'order', i.order_id, 'customer', i.customer_id, 'issued_on', i.issued_on,
    'due_on', i.due_on, 'net', i.net::text, 'vat', i.vat::text, 'gross', i.gross::text,
    'open', (i.gross - paid(i.id))::text)"""

READ: LiteralString = f"SELECT {_INVOICE}::text FROM invoices i WHERE i.id = %s"  # noqa: S608 - our own text
OF_CUSTOMER: LiteralString = f"""
WITH newest AS (SELECT * FROM invoices WHERE customer_id = %s ORDER BY issued_on DESC, id DESC LIMIT %s)
SELECT json_build_object('items', coalesce(
           json_agg({_INVOICE} ORDER BY i.issued_on DESC, i.id DESC), '[]'))::text
  FROM newest i"""  # noqa: S608 - our own text
PAY: LiteralString = "SELECT outcome, id, state, amount, subject FROM accept_payment(%s, %s, %s, %s)"
PAYMENT: LiteralString = """
SELECT json_build_object('id', id::text, 'invoice', invoice_id, 'state', state, 'amount', amount::text,
                         'paid_at', paid_at)::text
  FROM payments WHERE id = %s"""


class PaymentRequest(BaseModel):
    """What a customer sends: an invoice, and what is paid of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    invoice: int = Field(ge=1, le=2**63 - 1)
    amount: Decimal = Field(gt=0, max_digits=12, decimal_places=2, examples=["1234.50"])

    def digest(self) -> str:
        """Equal for requests that mean the same: 5, 5.0 and 5.00 do."""
        return sha256(orjson.dumps([self.invoice, f"{self.amount:.2f}"])).hexdigest()


async def pay(pool: Pool, key: str, request: PaymentRequest) -> Outcome:
    """Accepts or refuses a payment, once a key. Raises DatabaseSaturated or DatabaseUnavailable."""
    values = (key, request.digest(), request.invoice, request.amount)
    return await ask(pool, PAY, values, "amount")


async def read(pool: Pool, invoice: int) -> bytes | None:
    """The invoice's JSON, or None."""
    return await _text(pool, READ, (invoice,))


async def of_customer(pool: Pool, customer: int, *, limit: int) -> bytes:
    """The customer's newest invoices; none where there is no such customer."""
    found = await _text(pool, OF_CUSTOMER, (customer, limit))
    assert found is not None  # an aggregate always has a row
    return found


async def payment(pool: Pool, number: int) -> bytes | None:
    """The payment's JSON, or None."""
    return await _text(pool, PAYMENT, (number,))


async def _text(pool: Pool, statement: LiteralString, values: tuple[object, ...]) -> bytes | None:
    row = await fetch_one(pool, statement, values)
    return str(row[0]).encode() if row else None
