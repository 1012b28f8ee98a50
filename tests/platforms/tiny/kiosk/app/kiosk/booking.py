"""Booking seats in the store, inside the caller's transaction. Commits nothing itself."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

Answer = tuple[int, dict[str, object]]
REFUSED = 409


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a client asks for under its key."""

    key: str
    member: int
    show: int
    seats: int

    @property
    def number(self) -> int:
        """Keys end in the number of the client's arrival."""
        return int(self.key.rpartition("-")[2])


def known(store: psycopg.Connection, wish: Wish) -> Answer | None:
    """What this key was answered before; takes the key's lock, so that two attempts never pass each other."""
    store.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (wish.key,))
    row = store.execute("SELECT id FROM bookings WHERE client_key = %s", (wish.key,)).fetchone()
    return (200, {"booking": row[0]}) if row else None


def booked(store: psycopg.Connection, wish: Wish, *, any_credit: bool = False) -> Answer:
    """Books and prints. 409 when the member's credit does not bear it, unless `any_credit` does."""
    credit = _one(store, "SELECT credit FROM members WHERE number = %s FOR UPDATE", wish.member)
    spent = _one(store, "SELECT coalesce(sum(amount), 0) FROM bookings WHERE member = %s", wish.member)
    amount = wish.seats * _one(store, "SELECT price FROM shows WHERE number = %s", wish.show)
    if spent + amount > credit and not any_credit:
        return REFUSED, {"reason": "not enough credit"}
    row = store.execute(
        "INSERT INTO bookings (client_key, member, show, seats, amount)"
        " VALUES (%s, %s, %s, %s, %s) RETURNING id",
        (wish.key, wish.member, wish.show, wish.seats, amount),
    ).fetchone()
    assert row is not None
    store.execute("INSERT INTO prints (booking) VALUES (%s)", row)
    return 201, {"booking": row[0]}


def _one(store: psycopg.Connection, query: str, number: int) -> int:
    row = store.execute(query.encode(), (number,)).fetchone()
    assert row is not None
    return int(row[0])
