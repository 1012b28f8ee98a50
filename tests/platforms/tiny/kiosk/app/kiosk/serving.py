"""The till's HTTP: the programme, bookings, and whether it is up. One store connection a client."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg

from .accepting import Accept
from .booking import Answer, Wish

PORT = 8080
Open = Callable[[], psycopg.Connection]


class Till(ThreadingHTTPServer):
    """Listens; `opened` makes a connection to the store, `accept` is how bookings are accepted."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, opened: Open, accept: Accept) -> None:
        super().__init__(("", PORT), Client)
        self.opened, self.accept = opened, accept


class Client(BaseHTTPRequestHandler):
    """One client's connection, kept alive."""

    protocol_version = "HTTP/1.1"
    server: Till

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.store = self.server.opened()

    def finish(self) -> None:
        self.store.close()
        super().finish()

    def do_GET(self) -> None:
        query, found = self._asked()
        rows = self.store.execute(query, (found,) if found else ()).fetchall()
        self._answer((200 if rows else 404, {"rows": rows}))

    def _asked(self) -> tuple[bytes, str]:
        if self.path.startswith("/bookings/"):
            return b"SELECT id, seats FROM bookings WHERE id = %s::integer", self.path.rpartition("/")[2]
        return b"SELECT number, title FROM shows ORDER BY number" if self.path != "/up" else b"SELECT 1", ""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        wish = Wish(key=self.headers["Idempotency-Key"], **asked)
        self._answered = False
        self.server.accept(self.store, wish, self._answer)
        self.close_connection |= not self._answered

    def _answer(self, answer: Answer) -> None:
        status, document = answer
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self._answered = True

    def log_message(self, text: str, *values: object) -> None:
        """Nothing: a line a request would drown what matters."""


def serve(opened: Open, accept: Accept) -> None:
    Till(opened, accept).serve_forever()
