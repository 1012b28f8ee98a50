"""Returns: goods of a confirmed order that come back. Knows no HTTP; the rules live in request_return."""

from __future__ import annotations

from hashlib import sha256
from typing import LiteralString
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field

from orderhub.accepting import Outcome, ask
from orderhub.database import Pool, fetch_one
from orderhub.orders import Sku

REQUEST: LiteralString = (
    "SELECT outcome, id, state, quantity, subject FROM request_return(%s, %s, %s, %s, %s, %s)"
)
READ: LiteralString = """
SELECT json_build_object('id', r.id::text, 'order', r.order_id, 'sku', p.sku, 'quantity', r.quantity,
                         'state', r.state, 'requested_at', r.requested_at)::text
  FROM returns r JOIN products p ON p.id = r.product_id WHERE r.id = %s"""


class ReturnRequest(BaseModel):
    """What a customer sends back, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    order: UUID
    sku: Sku
    quantity: int = Field(ge=1, le=10_000)
    reason: str = Field(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")

    def digest(self) -> str:
        """Equal for requests that mean the same."""
        return sha256(orjson.dumps([self.order, self.sku, self.quantity, self.reason])).hexdigest()


async def request(pool: Pool, key: str, asked: ReturnRequest) -> Outcome:
    """Accepts or refuses a return, once a key. Raises DatabaseSaturated or DatabaseUnavailable."""
    values = (key, asked.digest(), asked.order, asked.sku, asked.quantity, asked.reason)
    return await ask(pool, REQUEST, values, "quantity")


async def read(pool: Pool, number: int) -> bytes | None:
    """The return's JSON, or None."""
    row = await fetch_one(pool, READ, (number,))
    return str(row[0]).encode() if row else None
