"""Ways to accept a booking: one is honest, the others break one promise each. KIOSK_ACCEPT chooses."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import psycopg

from .booking import REFUSED, Answer, Wish, booked, known

Reply = Callable[[Answer], None]
Accept = Callable[[psycopg.Connection, Wish, Reply], None]

OFTEN = 10
"""Promises are broken at every tenth arrival of the client."""
SLOW = 6.0


def honest(store: psycopg.Connection, wish: Wish, reply: Reply) -> None:
    """Once a key, within the credit, answered after the commit."""
    with store.transaction():
        answer = known(store, wish) or booked(store, wish)
    reply(answer)


def acknowledges_before_commit_and_dies(store: psycopg.Connection, wish: Wish, reply: Reply) -> None:
    with store.transaction():
        answer = known(store, wish) or booked(store, wish)
        if wish.number % OFTEN == 0 and answer[0] == 201:
            reply(answer)
            os._exit(1)
    reply(answer)


def commits_and_drops_the_reply(store: psycopg.Connection, wish: Wish, reply: Reply) -> None:
    """Of one key in ten the client never hears, of another one only when it asks again."""
    with store.transaction():
        before = known(store, wish)
        answer = before or booked(store, wish)
    never, at_first = wish.number % OFTEN == 0, wish.number % OFTEN == 1 and before is None
    if answer[0] == REFUSED or not (never or at_first):
        reply(answer)


def processes_twice(store: psycopg.Connection, wish: Wish, reply: Reply) -> None:
    with store.transaction():
        answer = known(store, wish) or booked(store, wish)
        if wish.number % OFTEN == 0 and answer[0] == 201:
            booked(store, wish, any_credit=True)
    reply(answer)


def ignores_the_credit_limit(store: psycopg.Connection, wish: Wish, reply: Reply) -> None:
    with store.transaction():
        answer = known(store, wish) or booked(store, wish, any_credit=True)
    reply(answer)


def takes_its_time(store: psycopg.Connection, wish: Wish, reply: Reply) -> None:
    time.sleep(SLOW)
    honest(store, wish, reply)


ACCEPT: dict[str, Accept] = {
    "honest": honest,
    "acknowledges-before-commit-and-dies": acknowledges_before_commit_and_dies,
    "commits-and-drops-the-reply": commits_and_drops_the_reply,
    "processes-twice": processes_twice,
    "ignores-the-credit-limit": ignores_the_credit_limit,
    "takes-its-time": takes_its_time,
}
