"""Errors as RFC 9457 problem+json. One table of codes; nothing else writes an error body."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import orjson
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 1
"""Seconds after which a client may try again when we are saturated."""

CODES = MappingProxyType(
    {
        "malformed-json": (400, "The body is not JSON"),
        "idempotency-key-missing": (400, "The header Idempotency-Key is required"),
        "idempotency-key-invalid": (
            400,
            "The header Idempotency-Key is not 1 to 200 printable ASCII characters",
        ),
        "not-found": (404, "There is nothing here"),
        "order-not-found": (404, "There is no such order"),
        "sku-not-found": (404, "There is no such product"),
        "customer-not-found": (404, "There is no such customer"),
        "invoice-not-found": (404, "There is no such invoice"),
        "payment-not-found": (404, "There is no such payment"),
        "return-not-found": (404, "There is no such return"),
        "method-not-allowed": (405, "This method is not allowed here"),
        "credit-limit": (409, "The order exceeds the customer's credit limit"),
        "out-of-stock": (409, "There is not enough in stock"),
        "customer-not-active": (409, "The customer may not order"),
        "overpaid": (409, "That is more than is open of the invoice"),
        "not-confirmed": (409, "The order is not confirmed: there is nothing to send back"),
        "more-than-ordered": (409, "That is more than was ordered and has not come back yet"),
        "invalid-request": (422, "The request is not valid"),
        "key-reused": (422, "This Idempotency-Key was used for another request"),
        "unknown-customer": (422, "There is no such customer"),
        "unknown-invoice": (422, "There is no such invoice"),
        "unknown-line": (422, "There is no such order, or it has no line of this product"),
        "unknown-sku": (422, "There is no such product"),
        "rejected": (422, "The order is not acceptable"),
        "internal": (500, "Something went wrong on our side"),
        "database-saturated": (503, "Too busy: nothing was done"),
        "outcome-unknown": (503, "It is not known whether this took effect: ask again with the same key"),
        "not-ready": (503, "Not ready"),
        "simulated-failure": (503, "The partner's system failed"),
    }
)


@dataclass(kw_only=True, eq=False)  # not frozen: Python itself sets __traceback__ on an exception in flight
class Problem(Exception):  # noqa: N818 - RFC 9457's word
    """An error a client is told. `code` is a key of the table; `detail` must hold no personal data."""

    code: str
    detail: str | None = None
    errors: tuple[str, ...] = ()

    @property
    def status(self) -> int:
        return CODES[self.code][0]

    def response(self) -> Response:
        """The reply: problem+json, with Retry-After where trying again can help."""
        status, title = CODES[self.code]
        body: dict[str, object] = {
            "type": f"urn:orderhub:problem:{self.code}",
            "title": title,
            "status": status,
            "code": self.code,
        }
        if self.detail is not None:
            body["detail"] = self.detail
        if self.errors:
            body["errors"] = self.errors
        headers = {"Retry-After": str(RETRY_AFTER)} if status == 503 else None
        return Response(orjson.dumps(body), status_code=status, media_type=MEDIA_TYPE, headers=headers)
