"""The ERP as the worker sees it: one call, three possible answers. Maps HTTP and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from orderhub.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Booked:
    """The ERP has the order, now or since an earlier call."""

    number: str
    duplicate: bool


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """The ERP said no: another attempt would get the same answer."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Unreachable:
    """No usable answer; whether the order was booked is unknown."""

    reason: str


Answer = Booked | Rejected | Unreachable

BUSY = frozenset({408, 425, 429})


def open_client(settings: Settings) -> httpx.AsyncClient:
    """A client for the ERP, with as many connections as orders are worked on at once."""
    most = settings.worker_prefetch
    limits = httpx.Limits(max_connections=most, max_keepalive_connections=most)
    return httpx.AsyncClient(
        base_url=settings.erp_url, timeout=settings.erp_timeout, limits=limits, trust_env=False
    )


async def book(client: httpx.AsyncClient, key: str, payload: bytes) -> Answer:
    """Sends the order under its key. Never raises for what a partner's system can do to us."""
    headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
    try:
        response = await client.post("/orders", content=payload, headers=headers)
        return interpret(response)
    except (httpx.HTTPError, ValueError, LookupError) as error:
        return Unreachable(reason=f"{type(error).__name__}: {error}".rstrip(": "))


def interpret(response: httpx.Response) -> Answer:
    """What a reply means. Raises ValueError or LookupError when a success cannot be read."""
    if response.is_success:
        body = response.json()
        return Booked(number=str(body["number"]), duplicate=response.status_code == 200)
    if response.is_client_error and response.status_code not in BUSY:
        return Rejected(reason=f"HTTP {response.status_code}: {_code(response)}")
    return Unreachable(reason=f"HTTP {response.status_code}")


def _code(response: httpx.Response) -> str:
    try:
        return str(response.json()["code"])
    except (ValueError, LookupError, TypeError):
        return response.reason_phrase
