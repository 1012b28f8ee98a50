"""A web shop for browsers: `migrate` makes its tables and ends, `serve` sells.

A login by a form with a token against forged requests (CSRF), then redirects; an order is PUT as JSON. Who a
visitor is stands in a signed cookie, so any node knows a customer whom another one has let in.

    DATABASE_URL  where customers, products and orders are
    SECRET_KEY    what signs cookies and tokens, the same in all nodes
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import signal
import sys
from collections.abc import Mapping
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import psycopg

PORT = 8080
NOBODY = "0"
ORDER = """
INSERT INTO orders (order_key, customer, sku, quantity) VALUES (%s, %s, %s, %s)
ON CONFLICT (order_key) DO NOTHING RETURNING number"""
LOGIN = '<form method="post"><input name="email"><input name="password" type="password">{}</form>'
HOME = '<head><meta name="csrf-token" content="{}"></head><p>Welcome back, number {}.</p>'


def database() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=2)


def signed(text: str) -> str:
    return hmac.new(os.environ["SECRET_KEY"].encode(), text.encode(), hashlib.sha256).hexdigest()


class Visitor(BaseHTTPRequestHandler):
    """One visitor's connection, kept alive."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path == "/health":
            with database():
                self._answer(200, "well")
        elif self.path == "/login":
            session = self._session() or f"{NOBODY}.{secrets.token_hex(8)}"
            hidden = f'<input type="hidden" name="csrf" value="{signed(session)}">'
            self._answer(200, LOGIN.format(hidden), **_cookie(session))
        elif self._customer() is None:
            self._answer(303, Location="/login")
        elif self.path == "/":
            self._answer(200, HOME.format(signed(self._session()), self._customer()))
        else:
            self._show(self.path.removeprefix("/orders/"))

    def do_POST(self) -> None:
        form = {name: values[0] for name, values in parse_qs(self._body().decode()).items()}
        if not self._is_own(form.get("csrf", "")):
            self._answer(403, "this form is not of this shop")
            return
        word = hashlib.sha256(form.get("password", "").encode()).hexdigest()
        with database() as store:
            found = store.execute(
                "SELECT number FROM customers WHERE email = %s AND password = %s", (form.get("email"), word)
            ).fetchone()
        if found is None:
            self._answer(401, "nobody has this password")
        else:
            self._answer(303, Location="/", **_cookie(f"{found[0]}.{secrets.token_hex(8)}"))

    def do_PUT(self) -> None:
        wish, key = json.loads(self._body()), self.headers["Idempotency-Key"]
        if self._customer() is None or not self._is_own(self.headers.get("X-CSRF-Token", "")):
            self._answer(403, "log in first")
            return
        with database() as store:  # the order and its place in the outbox: both, or neither
            new = store.execute(ORDER, (key, self._customer(), wish["sku"], wish["quantity"])).fetchone()
            if new is not None:
                store.execute("INSERT INTO outbox VALUES (%s)", new)
            found = new or store.execute("SELECT number FROM orders WHERE order_key = %s", (key,)).fetchone()
        assert found is not None
        self._answer(201 if new else 200, json.dumps({"order": found[0]}), Location=f"/orders/{found[0]}")

    def _show(self, number: str) -> None:
        with database() as store:
            found = store.execute(
                "SELECT sku, quantity FROM orders WHERE number::text = %s AND customer = %s",
                (number, self._customer()),
            ).fetchone()
        if found is None:
            self._answer(404, "no such order")
        else:
            self._answer(200, json.dumps({"sku": found[0], "quantity": found[1]}))

    def _session(self) -> str:
        """CUSTOMER.NONCE of the visitor's cookie; empty where it has none, or one that is not signed here."""
        morsel = SimpleCookie(self.headers.get("Cookie", "")).get("session")
        session, _, signature = morsel.value.rpartition(".") if morsel else ("", "", "")
        return session if hmac.compare_digest(signed(f"cookie {session}"), signature) else ""

    def _customer(self) -> str | None:
        number = self._session().partition(".")[0]
        return None if number in ("", NOBODY) else number

    def _is_own(self, token: str) -> bool:
        """Whether a form or a request comes from a page that this visitor was shown."""
        session = self._session()
        return session != "" and hmac.compare_digest(signed(session), token)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, status: int, text: str = "", **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(text.encode()))}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing of single requests."""


def _cookie(session: str) -> Mapping[str, str]:
    return {"Set_Cookie": f"session={session}.{signed(f'cookie {session}')}; Path=/; HttpOnly"}


class Shop(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


if __name__ == "__main__":
    # The first process of a container is not ended by a signal that it does not handle.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    if sys.argv[1:] == ["migrate"]:
        with database() as store:
            store.execute(Path(__file__).with_name("tables.sql").read_bytes())
    else:
        Shop(("", PORT), Visitor).serve_forever()
