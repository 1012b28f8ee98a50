"""A shop with one counter: every request takes a known time, one after the other, so capacity is known."""

from __future__ import annotations

import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

SERVICE = float(sys.argv[1])  # seconds a request
COUNTER = Lock()


class Handler(BaseHTTPRequestHandler):
    """Answers whatever is asked, when it is its turn."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: in two, Nagle's algorithm adds 40 ms

    def do_GET(self) -> None:
        with COUNTER:
            time.sleep(SERVICE)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""


class Server(ThreadingHTTPServer):
    request_queue_size = 1024
    daemon_threads = True


if __name__ == "__main__":
    with Server(("127.0.0.1", 0), Handler) as server:
        print(server.server_port, flush=True)
        server.serve_forever()
