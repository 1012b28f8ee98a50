"""The orders API: routes, and how errors and deadlines become replies. Holds no rule about orders itself."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import FastAPI, Header, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from orderhub import after_sales, catalogue, orders
from orderhub.accepting import answered, checked
from orderhub.database import DatabaseSaturated, DatabaseUnavailable, Pool, fetch_one, make_pool
from orderhub.logs import about_order
from orderhub.problems import Problem
from orderhub.replies import PROBLEMS, REPLIES
from orderhub.settings import Settings, from_environment

log = logging.getLogger(__name__)

JSON = "application/json"
BRIEFLY = {"Cache-Control": f"max-age={catalogue.FRESH}"}


def create() -> ASGIApp:
    """The application Granian loads in its worker."""
    return build(from_environment(os.environ))


def build(settings: Settings) -> ASGIApp:
    """The application for these settings; its pool opens with the lifespan."""
    pool = make_pool(settings, process="api")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await pool.open()
        log.info("ready to serve")
        try:
            yield
        finally:
            await pool.close(timeout=settings.stop_grace)

    app = FastAPI(
        title="orderhub",
        version="1",
        lifespan=lifespan,
        redoc_url=None,
        docs_url=None,
        description="Orders of business customers. Money is a decimal string; errors are RFC 9457.",
    )
    _add_routes(app, pool)
    after_sales.add_routes(app, pool)
    _add_error_handlers(app)
    return Deadline(app, seconds=settings.request_timeout)


def _add_routes(app: FastAPI, pool: Pool) -> None:
    pages = catalogue.Pages(pool)

    @app.get("/products", responses=REPLIES["products"])
    async def products(
        limit: Annotated[int, Query(ge=1, le=200)] = 20, after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0
    ) -> Response:
        """A page of the catalogue, at most a second old; `next` is the following page's `after`."""
        return Response(await pages.page(after=after, limit=limit), media_type=JSON, headers=BRIEFLY)

    @app.get("/products/{sku}/price", responses=REPLIES["price"])
    async def price(
        sku: Annotated[str, Path(pattern=r"^[A-Z0-9-]{1,64}$")],
        customer: Annotated[int, Query(ge=1, le=2**63 - 1)],
    ) -> Response:
        """What the product costs this customer."""
        try:
            body = await catalogue.price(pool, sku=sku, customer=customer)
        except catalogue.UnknownCustomer:
            raise Problem(code="customer-not-found", detail=f"customer {customer}") from None
        if body is None:
            raise Problem(code="sku-not-found", detail=f"product {sku}")
        return Response(body, media_type=JSON)

    @app.post("/orders", status_code=201, responses=REPLIES["place"])
    async def place(
        order: orders.OrderRequest, idempotency_key: Annotated[str | None, Header()] = None
    ) -> Response:
        """Accepts an order: it, its reservation and its message are committed, or nothing is."""
        key = checked(idempotency_key)
        with about_order(key):
            return await answered(orders.accept(pool, key, order), what="order", folder="/orders")

    @app.get("/orders/{order_id}", responses=REPLIES["order"])
    async def order(order_id: UUID) -> Response:
        """The order as it stands; `state` ends as confirmed or failed."""
        found = await orders.read(pool, order_id)
        if found is None:
            raise Problem(code="order-not-found", detail=f"order {order_id}")
        key, body = found
        with about_order(key):
            log.debug("order read")
        return Response(body, media_type=JSON)

    @app.get("/health/live", responses=PROBLEMS)
    async def live() -> Response:
        """This process answers."""
        return Response(b'{"status":"live"}', media_type=JSON)

    @app.get("/health/ready", responses=PROBLEMS)
    async def ready() -> Response:
        """This process can do its work: the database answers."""
        await fetch_one(pool, "SELECT 1", ())
        return Response(b'{"status":"ready"}', media_type=JSON)


def _add_error_handlers(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def problem(_: Request, error: Problem) -> Response:
        return error.response()

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        found = error.errors()
        if any(item["type"] == "json_invalid" for item in found):
            return Problem(code="malformed-json").response()
        # What was sent is not repeated: it may hold personal data.
        told = tuple(f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in found[:20])
        return Problem(code="invalid-request", errors=told).response()

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> Response:
        codes = {400: "malformed-json", 404: "not-found", 405: "method-not-allowed"}
        return Problem(code=codes.get(error.status_code, "rejected")).response()

    @app.exception_handler(DatabaseSaturated)
    async def saturated(_: Request, _error: DatabaseSaturated) -> Response:
        return Problem(code="database-saturated").response()

    @app.exception_handler(DatabaseUnavailable)
    async def unavailable(_: Request, error: DatabaseUnavailable) -> Response:
        log.warning("database unavailable", extra={"data": {"reason": str(error)}})
        return Problem(code="database-saturated").response()

    @app.exception_handler(Exception)
    async def internal(request: Request, error: Exception) -> Response:
        log.error("unexpected error", exc_info=error, extra={"data": {"path": request.url.path}})
        return Problem(code="internal").response()


class Deadline:
    """Gives up a request before the balancer does, so that the client learns what is known."""

    def __init__(self, app: ASGIApp, *, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._seconds):
                await self._app(scope, receive, send)
        except TimeoutError:
            log.warning("request timed out", extra={"data": {"path": scope["path"]}})
            await Problem(code="outcome-unknown").response()(scope, receive, send)
