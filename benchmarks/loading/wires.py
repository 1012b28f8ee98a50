"""`python -m benchmarks.loading.wires ours|geventhttpclient URL USERS SECONDS`: bare clients; prints JSON.

No journeys, no recorder: each user POSTs a small JSON, reads the answer and its status, and notes when the
first byte was about to leave, which a load test's service time begins with.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from time import monotonic_ns, process_time

import loadtests.generator  # noqa: F401  # first: it patches the standard library

# isort: split
import gevent
import gevent.socket

from loadtests.generator.client import Client, OneSocket
from loadtests.generator.connection import Connection
from loadtests.generator.requests import Requests
from loadtests.planning.targets import Target, pinned

_SECOND = 1_000_000_000
_BODY, _TYPE = b'{"quantity": 7}', {"Content-Type": "application/json"}


def main() -> None:
    """Loops until the time is over."""
    kind, url, users, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    target, make = pinned(url), {"ours": _ours, "geventhttpclient": _theirs}[kind]
    done, before = [0], process_time()
    end = monotonic_ns() + round(seconds * _SECOND)
    gevent.joinall([gevent.spawn(_loop, make(target), end, done) for _ in range(users)])
    sys.stdout.write(json.dumps({"a_processor": done[0] / (process_time() - before)}))


def _loop(send: Callable[[], int], end: int, done: list[int]) -> None:
    while (now := monotonic_ns()) < end:
        sent = send()
        assert now <= sent <= monotonic_ns(), "the first byte left between both looks at the clock"
        done[0] += 1


def _ours(target: Target) -> Callable[[], int]:
    connection, requests = Connection(target, None), Requests(target)

    def send() -> int:
        status, body = connection.exchange(requests.encoded("POST", "/orders", _BODY, _TYPE, {}))
        assert (status, body) == (200, b'{"accepted": true}')
        return connection.sent

    return send


class _Stamped(OneSocket):
    """Notes when a request got its socket: all that is left before its first byte is to hand it over."""

    sent = 0

    def get_socket(self) -> gevent.socket.socket:
        found = super().get_socket()
        self.sent = monotonic_ns()
        return found


def _theirs(target: Target) -> Callable[[], int]:
    client = Client(target, None, lambda: None)
    sockets = _Stamped(target, None, lambda: None)
    client._connection_pool = sockets  # type: ignore[assignment]  # does all that is asked of a pool

    def send() -> int:
        reply = client.request("POST", "/orders", body=_BODY, headers=_TYPE)
        assert (reply.status_code, bytes(reply.read())) == (200, b'{"accepted": true}')
        return sockets.sent

    return send


if __name__ == "__main__":
    main()
