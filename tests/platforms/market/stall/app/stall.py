"""What a node runs: `tables` makes the tables and ends, `serve` sells until it is killed.

STALL_ACCEPT: `honest` keeps every order that it acknowledges; `forgetful` forgets one in ten of a client's.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pymysql

PORT = 8080
OFTEN = 10
PAGE = 50
AUDIT = """
SELECT order_key AS `key`, CONCAT_WS('|', buyer, goods, amount) AS content, 1 AS copies,
       packed_at IS NOT NULL AS effects, packed_at IS NOT NULL AS terminal, 'packed' AS state
  FROM orders WHERE LEFT(order_key, CHAR_LENGTH(%s)) = %s AND order_key > %s ORDER BY order_key LIMIT %s"""


def store() -> pymysql.Connection:
    """A connection to the store."""
    at, _, database = os.environ["STALL_STORE"].partition("/")
    host, _, port = at.partition(":")
    password = Path(os.environ["STALL_PASSWORD_FILE"]).read_text(encoding="utf-8")
    return pymysql.connect(
        host=host, port=int(port), user=os.environ["STALL_USER"], password=password, database=database
    )


def make_tables() -> None:
    with store() as connection, connection.cursor() as cursor:
        for statement in filter(str.strip, Path(__file__).with_name("tables.sql").read_text().split(";\n")):
            cursor.execute(statement)


class Client(BaseHTTPRequestHandler):
    """One client's connection, kept alive."""

    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.store = store()

    def finish(self) -> None:
        self.store.close()
        super().finish()

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if asked.path == "/audit/orders":
            self._audit({name: values[0] for name, values in parse_qs(asked.query).items()})
        else:
            self.store.ping()
            self._answer(200, b"{}")

    def _audit(self, asked: dict[str, str]) -> None:
        """JSON lines, a page at a time, for whoever has the token."""
        token = Path(os.environ["STALL_TOKEN_FILE"]).read_text(encoding="utf-8")
        if self.headers["Authorization"] != f"Bearer {token}":
            self._answer(401, b'{"error": "who are you?"}')
            return
        with self.store.cursor(pymysql.cursors.DictCursor) as cursor:
            cursor.execute(AUDIT, (asked["run"], asked["run"], asked.get("after", ""), PAGE))
            rows = [{**row, "terminal": bool(row["terminal"]), "oversold": False} for row in cursor]
        self.store.rollback()
        self._answer(200, "".join(f"{json.dumps(row)}\n" for row in rows).encode())

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        key = self.headers["Idempotency-Key"]
        forgets = os.environ.get("STALL_ACCEPT") == "forgetful" and int(key.rpartition("-")[2]) % OFTEN == 0
        with self.store.cursor() as cursor:
            new = cursor.execute(
                "INSERT IGNORE INTO orders (order_key, buyer, goods, amount, packed_at)"
                " VALUES (%s, %s, %s, %s, NOW(6))",
                (key, asked["buyer"], asked["goods"], asked["amount"]),
            )
        if forgets:
            self.store.rollback()
        else:
            self.store.commit()
        self._answer(201 if new else 200, b"{}")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, text: str, *values: object) -> None:
        """Nothing: a line a request would drown what matters."""


class Stall(ThreadingHTTPServer):
    """Listens on every address of the node."""

    daemon_threads = True
    request_queue_size = 256


if __name__ == "__main__":
    if sys.argv[1] == "tables":
        make_tables()
    else:
        Stall(("", PORT), Client).serve_forever()
