"""The receipt: what the anonymiser proved of a database, stored in that database.

Anybody who is handed a database can refuse an unverified one without knowing how it was masked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

import psycopg
from psycopg.types.json import Jsonb

from foundation.errors import Refused

_CREATE = """
CREATE SCHEMA IF NOT EXISTS peakproof;
CREATE TABLE IF NOT EXISTS peakproof.receipt (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    document jsonb NOT NULL
)"""
_STORE = """
INSERT INTO peakproof.receipt (document) VALUES (%s)
ON CONFLICT (single) DO UPDATE SET document = excluded.document"""
_WHAT_TO_DO = "run `peakproof anonymize run` into it, to the end"


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What was done to a database. `verified` is None until it was checked; times are ISO 8601 in UTC.

    `key` is a one-way fingerprint of the key, `tables` counts the rows written, `findings` says what a failed
    check found: tables, columns and counts, never a value. `subset` is what part was asked for (None: all),
    `of` the rows that the source's tables had. `remarks` name what stands around the rows and could not be
    made as it is in the source, such as a view that cannot be filled; `noted` is what the check saw that
    fails nothing and may be a mistake.
    """

    policy: str
    policy_hash: str
    schema: str
    key: str
    started: str
    finished: str | None = None
    tables: Mapping[str, int] = field(default_factory=dict)
    complete: bool = False
    verified: bool | None = None
    # Whether the check searched all texts for originals, or only compared columns.
    searched: bool = False
    findings: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    subset: str | None = None
    of: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


def read(connection: psycopg.Connection) -> Receipt | None:
    """The receipt in a database; None where there is none."""
    there = connection.execute("SELECT to_regclass('peakproof.receipt') IS NOT NULL").fetchone()
    if not there or not there[0]:
        return None
    row = connection.execute("SELECT document FROM peakproof.receipt").fetchone()
    return from_dict(row[0]) if row else None


def store(connection: psycopg.Connection, receipt: Receipt) -> None:
    """Writes the receipt in place of the last one. The caller commits."""
    connection.execute(_CREATE)
    connection.execute(_STORE, [Jsonb(receipt.to_dict())])


def require(connection: psycopg.Connection) -> Receipt:
    """The receipt of a complete and verified database. Raises Refused for any other."""
    return accepted(read(connection))


def accepted(receipt: Receipt | None) -> Receipt:
    """The receipt itself where it is complete and verified. Raises Refused for any other, and for none."""
    if receipt is None:
        raise Refused("the database has no receipt: nothing shows that it was anonymised", hint=_WHAT_TO_DO)
    refuse_half(receipt)
    if not receipt.verified:
        raise Refused(
            "the check after the anonymisation did not pass", detail=receipt.findings, hint=_WHAT_TO_DO
        )
    return receipt


def refuse_half(receipt: Receipt | None) -> None:
    """Raises Refused for a copy that was not finished. A database without a receipt is no copy."""
    if receipt is not None and not receipt.complete:
        raise Refused(f"the anonymisation started {receipt.started} was not finished", hint=_WHAT_TO_DO)


def now() -> str:
    """This moment as receipts write it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def from_dict(document: Mapping[str, object]) -> Receipt:
    """The receipt that `to_dict` gave."""
    values = dict(document)
    for name in ("findings", "remarks", "noted"):
        values[name] = tuple(values.get(name) or ())  # type: ignore[arg-type]
    return Receipt(**values)  # type: ignore[arg-type]
