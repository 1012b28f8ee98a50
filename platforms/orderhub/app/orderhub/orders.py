"""Orders: what a request is, and the statements that accept one and read one. Knows no HTTP.

The rules (price, credit, stock, the key) live in the database function accept_order, so that an order
costs one round trip and its locks last one commit.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, LiteralString
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, field_validator

from orderhub.accepting import Outcome, ask
from orderhub.database import Pool, fetch_one

ACCEPT: LiteralString = (
    "SELECT outcome, id, state, total::text, subject FROM accept_order(%s, %s, %s, %s, %s, %s)"
)

READ = """
SELECT o.idempotency_key, json_build_object(
    'id', o.id, 'state', o.state, 'customer', o.customer_id, 'total', o.total::text, 'currency', o.currency,
    'reason', o.failure_reason, 'erp_number', o.erp_number, 'placed_at', o.placed_at,
    'lines', (SELECT json_agg(json_build_object('sku', p.sku, 'quantity', l.quantity,
                                                'unit_price', l.unit_price::text) ORDER BY p.sku)
                FROM order_lines l JOIN products p ON p.id = l.product_id WHERE l.order_id = o.id))::text
  FROM orders o WHERE o.id = %s"""

Sku = Annotated[
    str, Field(min_length=3, max_length=32, pattern=r"^[A-Z0-9][A-Z0-9-]+$", examples=["PUMP-0042"])
]


class LineRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    sku: Sku
    quantity: int = Field(ge=1, le=10_000)


class OrderRequest(BaseModel):
    """What a customer sends; each SKU at most once."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    customer: int = Field(ge=1, le=2**63 - 1)
    lines: tuple[LineRequest, ...] = Field(min_length=1, max_length=100)
    note: str | None = Field(default=None, max_length=1000, pattern=r"^[^\x00]*$")

    @field_validator("lines")
    @classmethod
    def _each_sku_once(cls, lines: tuple[LineRequest, ...]) -> tuple[LineRequest, ...]:
        if len({line.sku for line in lines}) < len(lines):
            raise ValueError("a SKU may stand in one line only")
        return lines

    def digest(self) -> str:
        """Equal for requests that mean the same; the order of lines does not matter."""
        lines = sorted((line.sku, line.quantity) for line in self.lines)
        return sha256(orjson.dumps([self.customer, lines, self.note])).hexdigest()


async def accept(pool: Pool, key: str, request: OrderRequest) -> Outcome:
    """Accepts or refuses in one transaction. Safe to repeat: the key makes it one order.

    Raises DatabaseSaturated (nothing was done) or DatabaseUnavailable (unknown).
    """
    values = (
        key,
        request.digest(),
        request.customer,
        [line.sku for line in request.lines],
        [line.quantity for line in request.lines],
        request.note,
    )
    return await ask(pool, ACCEPT, values, "total")


async def read(pool: Pool, order: UUID) -> tuple[str, bytes] | None:
    """The order's key and its JSON, or None."""
    row = await fetch_one(pool, READ, (order,))
    return (row[0], row[1].encode()) if row else None
