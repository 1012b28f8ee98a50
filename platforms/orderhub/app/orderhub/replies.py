"""The shapes of the API's replies, for /openapi.json only: replies are written by PostgreSQL and orjson."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from orderhub.problems import MEDIA_TYPE

Money = Field(pattern=r"^\d+\.\d{2}$", examples=["1234.50"])


class Product(BaseModel):
    sku: str
    name: str
    category: str
    unit: str
    list_price: str = Money
    available: int


class ProductPage(BaseModel):
    items: list[Product]
    next: int | None = Field(description="`after` of the following page; null at the end")


class Price(BaseModel):
    sku: str
    customer: int
    price: str = Money
    currency: str
    source: Literal["list", "negotiated"]


class Accepted(BaseModel):
    id: UUID
    state: Literal["accepted"]
    total: str = Money


class OrderLine(BaseModel):
    sku: str
    quantity: int
    unit_price: str = Money


class Order(BaseModel):
    id: UUID
    state: Literal["accepted", "sent_to_erp", "confirmed", "failed"]
    customer: int
    total: str = Money
    currency: str
    reason: str | None = Field(description="why it failed")
    erp_number: str | None
    placed_at: AwareDatetime
    lines: list[OrderLine]


class Invoice(BaseModel):
    id: int
    number: str
    order: UUID
    customer: int
    issued_on: date
    due_on: date
    net: str = Money
    vat: str = Money
    gross: str = Money
    open: str = Field(pattern=r"^-?\d+\.\d{2}$", description="what is not paid yet")


class Invoices(BaseModel):
    items: list[Invoice]


class PaymentAccepted(BaseModel):
    id: str
    state: Literal["received"]
    amount: str = Money


class Payment(PaymentAccepted):
    invoice: int
    paid_at: AwareDatetime


class ReturnAccepted(BaseModel):
    id: str
    state: Literal["requested"]
    quantity: int


class Return(BaseModel):
    id: str
    order: UUID
    sku: str
    quantity: int
    state: Literal["requested", "received", "refunded", "rejected"]
    requested_at: AwareDatetime


class ProblemBody(BaseModel):
    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    errors: list[str] | None = None


# FastAPI's own parameter type is this dictionary.
Replies = dict[int | str, dict[str, Any]]

PROBLEMS: Replies = {
    "default": {
        "description": "Problem (RFC 9457)",
        "content": {MEDIA_TYPE: {"schema": ProblemBody.model_json_schema()}},
    }
}


def _replies(status: int, model: type[BaseModel], headers: dict[str, str] | None = None) -> Replies:
    described = {
        name: {"description": text, "schema": {"type": "string"}} for name, text in (headers or {}).items()
    }
    return {status: {"model": model, "headers": described}, **PROBLEMS}


_ACCEPTED = {
    "Idempotent-Replay": "true when this key had been accepted before",
    "Location": "where it can be read",
}

REPLIES = MappingProxyType(
    {
        "products": _replies(200, ProductPage),
        "price": _replies(200, Price),
        "place": _replies(201, Accepted, _ACCEPTED),
        "order": _replies(200, Order),
        "invoices": _replies(200, Invoices),
        "invoice": _replies(200, Invoice),
        "pay": _replies(201, PaymentAccepted, _ACCEPTED),
        "payment": _replies(200, Payment),
        "return_goods": _replies(201, ReturnAccepted, _ACCEPTED),
        "return": _replies(200, Return),
    }
)
