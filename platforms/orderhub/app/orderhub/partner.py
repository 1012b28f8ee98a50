"""The ERP as the worker sees it: one call, three possible answers. Maps HTTP and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp
import orjson

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


def open_client(settings: Settings) -> aiohttp.ClientSession:
    """A client for the ERP, with as many connections as orders are worked on at once; needs a loop."""
    return aiohttp.ClientSession(
        base_url=settings.erp_url,
        timeout=aiohttp.ClientTimeout(total=settings.erp_timeout),
        connector=aiohttp.TCPConnector(limit=settings.worker_prefetch),
    )


async def book(client: aiohttp.ClientSession, key: str, payload: bytes) -> Answer:
    """Sends the order under its key. Never raises for what a partner's system can do to us."""
    headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
    try:
        async with client.post("/orders", data=payload, headers=headers) as response:
            return interpret(response.status, await response.read())
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return Unreachable(reason=f"{type(error).__name__}: {error}".rstrip(": "))


def interpret(status: int, body: bytes) -> Answer:
    """What a reply means. A success that cannot be read tells nothing, so it counts as no answer."""
    fields = _fields(body)
    if 200 <= status < 300:
        if not fields.get("number"):
            return Unreachable(reason=f"HTTP {status} without a booking number")
        return Booked(number=str(fields["number"]), duplicate=status == 200)
    if 400 <= status < 500 and status not in BUSY:
        return Rejected(reason=f"HTTP {status}: {fields.get('code', 'no reason given')}")
    return Unreachable(reason=f"HTTP {status}")


def _fields(body: bytes) -> dict[str, object]:
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
