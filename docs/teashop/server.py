"""A tea shop on loopback, to try a load test on: python3 server.py PORT. It keeps its orders in memory."""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TEAS = {"assam": 720, "darjeeling": 980, "sencha": 840, "oolong": 1150}  # cents for 100 g


class Shop:
    """What was ordered, by the key that the client gave: the same key is the same order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: dict[str, dict[str, object]] = {}

    def order(self, key: str, tea: str, grams: int) -> dict[str, object]:
        with self._lock:
            cents = TEAS[tea] * grams // 100
            return self._orders.setdefault(key, {"id": len(self._orders) + 1, "tea": tea, "cents": cents})


class Handler(BaseHTTPRequestHandler):
    """GET /teas, and POST /orders with an Idempotency-Key."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    shop: Shop

    def do_GET(self) -> None:
        self._answer(200 if self.path == "/teas" else 404, TEAS)

    def do_POST(self) -> None:
        wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if wanted["tea"] in TEAS:
            order = self.shop.order(self.headers["Idempotency-Key"], wanted["tea"], wanted["grams"])
            self._answer(201, order)
        else:
            self._answer(422, {"error": "we have no such tea"})

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing of single requests."""

    def _answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    Handler.shop = Shop()
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    sys.stdout.write(f"the tea shop is open at http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
