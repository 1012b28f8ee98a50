"""Accepted orders without the API: what relay and worker find in the database."""

from __future__ import annotations

from collections.abc import Sequence

from tests.platforms.orderhub.conftest import Database


def accept_orders(db: Database, prefix: str, number: int, *, customer: int = 1) -> list[str]:
    """Accepts that many orders of one pump each and returns their keys."""
    keys = [f"{prefix}-{index}" for index in range(number)]
    for key in keys:
        row = db.execute(
            "SELECT outcome FROM accept_order(%s, 'digest', %s, '{PUMP-1}', '{1}', NULL)", [key, customer]
        ).fetchone()
        assert row == ("accepted",)
    return keys


def states(db: Database) -> dict[str, int]:
    """How many orders are in each state."""
    rows = db.execute("SELECT state, count(*)::int FROM orders GROUP BY state").fetchall()
    return {str(state): int(str(number)) for state, number in rows}


def unsent(db: Database) -> int:
    row = db.execute("SELECT count(*)::int FROM outbox WHERE sent_at IS NULL").fetchone()
    assert row is not None
    return int(str(row[0]))


def bookings(db: Database) -> dict[str, int]:
    """Keys the ERP has booked, with the number of repeated deliveries."""
    rows: Sequence[tuple[object, ...]] = db.execute(
        "SELECT idempotency_key, duplicates FROM erp.bookings"
    ).fetchall()
    return {str(key): int(str(duplicates)) for key, duplicates in rows}
