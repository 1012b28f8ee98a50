"""The API's routes for what follows an order: invoices, payments, returns. Holds no rule itself."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Header, Path, Query
from starlette.responses import Response

from orderhub import invoices, returns
from orderhub.accepting import answered, checked
from orderhub.database import Pool
from orderhub.logs import about_order
from orderhub.problems import Problem
from orderhub.replies import REPLIES

JSON = "application/json"
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
Key = Annotated[str | None, Header()]


def add_routes(app: FastAPI, pool: Pool) -> None:
    _add_invoices(app, pool)
    _add_payments(app, pool)
    _add_returns(app, pool)


def _add_invoices(app: FastAPI, pool: Pool) -> None:
    @app.get("/customers/{customer}/invoices", responses=REPLIES["invoices"])
    async def of_customer(customer: Number, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> Response:
        """The customer's invoices, the newest first."""
        return Response(await invoices.of_customer(pool, customer, limit=limit), media_type=JSON)

    @app.get("/invoices/{number}", responses=REPLIES["invoice"])
    async def invoice(number: Number) -> Response:
        """The invoice, and what is open of it. A confirmed order has one."""
        return _found(await invoices.read(pool, number), "invoice", number)


def _add_payments(app: FastAPI, pool: Pool) -> None:
    @app.post("/payments", status_code=201, responses=REPLIES["pay"])
    async def pay(payment: invoices.PaymentRequest, idempotency_key: Key = None) -> Response:
        """Takes a payment of an invoice, never of more than is open."""
        key = checked(idempotency_key)
        with about_order(key):
            return await answered(invoices.pay(pool, key, payment), what="payment", folder="/payments")

    @app.get("/payments/{number}", responses=REPLIES["payment"])
    async def read_payment(number: Number) -> Response:
        """The payment as it stands."""
        return _found(await invoices.payment(pool, number), "payment", number)


def _add_returns(app: FastAPI, pool: Pool) -> None:
    @app.post("/returns", status_code=201, responses=REPLIES["return_goods"])
    async def return_goods(goods: returns.ReturnRequest, idempotency_key: Key = None) -> Response:
        """Takes goods of a confirmed order back, never more than were ordered."""
        key = checked(idempotency_key)
        with about_order(key):
            return await answered(returns.request(pool, key, goods), what="return", folder="/returns")

    @app.get("/returns/{number}", responses=REPLIES["return"])
    async def read_return(number: Number) -> Response:
        """The return as it stands; `state` ends as refunded or rejected."""
        return _found(await returns.read(pool, number), "return", number)


def _found(body: bytes | None, what: str, number: int) -> Response:
    if body is None:
        raise Problem(code=f"{what}-not-found", detail=f"{what} {number}")
    return Response(body, media_type=JSON)
