"""The ERP simulator: a partner's system with books of its own, configurable latency and failures.

Stands in for a real ERP in rehearsals. Knows nothing of the platform but the message it is sent.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from random import random
from typing import LiteralString
from uuid import UUID

import orjson
from pydantic import BaseModel, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from orderhub.database import DatabaseSaturated, DatabaseUnavailable, Pool, fetch_one, make_pool
from orderhub.logs import about_order
from orderhub.problems import Problem
from orderhub.settings import Settings, from_environment

log = logging.getLogger(__name__)

# The unique key makes the effect single; a repeated delivery is counted, not booked. Another order under the
# same key changes nothing and returns nothing.
BOOK: LiteralString = """
INSERT INTO erp.bookings AS b (idempotency_key, order_id, customer_id, content, total, consignee)
VALUES (%s, %s, %s, %s, %s, %s::jsonb)
ON CONFLICT (idempotency_key) DO UPDATE SET duplicates = b.duplicates + 1 WHERE b.content = excluded.content
RETURNING b.id, b.duplicates"""


class Line(BaseModel):
    sku: str
    quantity: int


class Message(BaseModel):
    """The part of an order that the ERP books."""

    order_id: UUID
    customer: int
    total: Decimal = Field(gt=0, max_digits=12, decimal_places=2)
    lines: list[Line]
    ship_to: dict[str, str | None] = {}

    @property
    def content(self) -> str:
        """customer|sku x quantity;…, sorted by SKU: the canonical text that conservation compares."""
        lines = sorted((line.sku, line.quantity) for line in self.lines)
        return f"{self.customer}|" + ";".join(f"{sku}x{quantity}" for sku, quantity in lines)


def create() -> Starlette:
    """The application Granian loads in its worker."""
    return build(from_environment(os.environ))


def build(settings: Settings) -> Starlette:
    """The simulator for these settings; its pool opens with the lifespan."""
    pool = make_pool(settings, process="erp")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with pool:
            yield

    async def orders(request: Request) -> Response:
        key = request.headers.get("idempotency-key", "")
        with about_order(key):
            return await _take(settings, pool, key, await request.body())

    async def live(_: Request) -> Response:
        return _json(200, {"status": "live"})

    async def ready(_: Request) -> Response:
        await fetch_one(pool, "SELECT 1", ())
        return _json(200, {"status": "ready"})

    routes = [
        Route("/orders", orders, methods=["POST"]),
        Route("/health/live", live),
        Route("/health/ready", ready),
    ]
    return Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={
            Problem: _problem,
            DatabaseSaturated: _not_ready,
            DatabaseUnavailable: _not_ready,
        },
    )


async def _take(settings: Settings, pool: Pool, key: str, body: bytes) -> Response:
    if not key:
        raise Problem(code="idempotency-key-missing")
    await asyncio.sleep(settings.simulator_latency + settings.simulator_latency_jitter * _chance())
    if _chance() < settings.simulator_failure_rate:
        log.info("simulated failure before booking")
        raise Problem(code="simulated-failure")
    number, duplicate = await _book(pool, key, body)
    log.info("order booked", extra={"data": {"number": number, "duplicate": duplicate}})
    if _chance() < settings.simulator_lost_reply_rate:
        log.info("simulated loss of the reply after booking")
        raise Problem(code="simulated-failure")
    return _json(200 if duplicate else 201, {"number": number, "duplicate": duplicate})


def _chance() -> float:
    return random()  # noqa: S311 - a simulated accident, not a secret


async def _book(pool: Pool, key: str, body: bytes) -> tuple[str, bool]:
    try:
        message = Message.model_validate_json(body)
    except ValidationError as error:
        raise Problem(code="rejected", detail=f"{error.error_count()} fields are wrong") from error
    consignee = orjson.dumps(message.ship_to).decode()
    values = (key, message.order_id, message.customer, message.content, message.total, consignee)
    row = await fetch_one(pool, BOOK, values)
    if row is None:
        raise Problem(code="key-reused")
    return f"ERP-{row[0]:08d}", row[1] > 0


def _json(status: int, body: dict[str, object]) -> Response:
    return Response(orjson.dumps(body), status_code=status, media_type="application/json")


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.response()


async def _not_ready(_: Request, error: Exception) -> Response:
    log.warning("database unavailable", extra={"data": {"reason": str(error)}})
    return Problem(code="not-ready").response()
