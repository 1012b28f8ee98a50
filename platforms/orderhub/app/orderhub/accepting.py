"""What must take effect once: its key is checked, its outcome becomes a reply. Knows no rule itself."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import LiteralString

import orjson
from starlette.responses import Response

from orderhub.database import DatabaseSaturated, DatabaseUnavailable, Pool, fetch_one
from orderhub.problems import Problem

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a request: `verdict` is "accepted", "replayed" or a code of `problems.CODES`.

    `id` and `body` (of the reply) are set when it was accepted, now or before; `subject` is what was refused.
    """

    verdict: str
    id: str | None
    body: Mapping[str, object]
    subject: str | None


async def ask(pool: Pool, statement: LiteralString, values: tuple[object, ...], figure: str) -> Outcome:
    """Calls an accepting function of the database, whose columns are outcome, id, state, `figure`, subject.

    Safe to repeat: the key makes it one. Raises DatabaseSaturated (nothing was done) or DatabaseUnavailable
    (unknown).
    """
    row = await fetch_one(pool, statement, values)
    assert row is not None  # the function returns one row on every path
    verdict, number, state, value, subject = row
    body = {"id": number, "state": state, figure: value}
    return Outcome(verdict=verdict, id=None if number is None else str(number), body=body, subject=subject)


def checked(key: str | None) -> str:
    """The key, if it is one. Raises Problem."""
    if key is None:
        raise Problem(code="idempotency-key-missing")
    if not (1 <= len(key) <= 200 and key.isascii() and key.isprintable()):
        raise Problem(code="idempotency-key-invalid")
    return key


async def answered(asked: Awaitable[Outcome], *, what: str, folder: str) -> Response:
    """The reply to what was asked: 201 with its place below `folder`. Raises Problem."""
    try:
        outcome = await asked
    except DatabaseSaturated as error:
        log.warning("%s not taken", what, extra={"data": {"reason": str(error)}})
        raise Problem(code="database-saturated") from error
    except DatabaseUnavailable as error:
        log.warning("%s in doubt", what, extra={"data": {"reason": str(error)}})
        raise Problem(code="outcome-unknown") from error
    log.info("%s %s", what, outcome.verdict, extra={"data": {what: outcome.id, "subject": outcome.subject}})
    if outcome.verdict not in ("accepted", "replayed"):
        raise Problem(code=outcome.verdict, detail=outcome.subject)
    headers = {"Location": f"{folder}/{outcome.id}"}
    if outcome.verdict == "replayed":
        headers["Idempotent-Replay"] = "true"
    body = orjson.dumps(outcome.body)
    return Response(body, status_code=201, media_type="application/json", headers=headers)
