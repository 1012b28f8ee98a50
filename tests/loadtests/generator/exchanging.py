"""Makes requests over connections of the generator: a program, as it patches the standard library.

python exchanging.py < CASES: a JSON list of {"url", "authority", "requests", "seconds"}; prints for
each what its requests came to on one connection.
"""

from __future__ import annotations

import json
import sys
from functools import partial

import loadtests.generator  # noqa: F401  # first: it patches

# isort: split
from loadtests.generator.attempts import Attempts
from loadtests.generator.client import context_of
from loadtests.generator.connection import Connection
from loadtests.generator.requests import Requests
from loadtests.planning.job import Retry
from loadtests.planning.targets import pinned
from loadtests.recording.counters import Counters


def made(case: dict[str, str]) -> list[dict[str, object]]:
    """What each request of a case came to."""
    target, seconds = pinned(case["url"]), float(case["seconds"])
    connection, budget = (
        Connection(target, context_of(target, case["authority"] or None)),
        Retry(attempts=1, deadline=seconds, timeout=seconds),
    )
    request = Requests(target).encoded("POST", "/orders", b"{}", {"Idempotency-Key": "k"}, {})
    return [_one(connection, request, budget) for _ in range(int(case["requests"]))]


def _one(connection: Connection, request: bytes, budget: Retry) -> dict[str, object]:
    attempts = Attempts(wire=connection, exchange=partial(connection.exchange, request))
    reply = attempts.made(budget, Counters, lambda _: 1.0)
    told = {"status": reply.status, "body": reply.body.decode(), "problem": reply.problem}
    return {**told, "sent": attempts.first_sent > 0}


if __name__ == "__main__":
    json.dump([made(case) for case in json.load(sys.stdin)], sys.stdout)
