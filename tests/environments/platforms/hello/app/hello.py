"""What the nodes of the tests run: `serve [AFTER]`, `end STATUS`, `sleep`, `eat`. Standard library only."""

from __future__ import annotations

import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hello(BaseHTTPRequestHandler):
    """Answers everything with 200, with 404 what nobody should ask, with 503 before it is ready."""

    ready_at = 0.0

    def do_GET(self) -> None:
        early = time.monotonic() < self.ready_at
        self.send_response(404 if self.path == "/nothing" else 503 if early else 200)
        self.end_headers()
        self.wfile.write(b"hello\n")


def serve(after: str = "0") -> None:
    print("serving", flush=True)
    Hello.ready_at = time.monotonic() + float(after)
    ThreadingHTTPServer(("", 8000), Hello).serve_forever()


def end(status: str) -> None:
    print("line 1 of the log\nthe reason stands here", flush=True)
    sys.exit(int(status))


def sleep() -> None:
    print("sleeping", flush=True)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    while True:
        time.sleep(60)


def eat() -> None:
    print("eating", flush=True)
    eaten = []
    while True:
        eaten.append(b"x" * 1024**2)


def main(what: str, *status: str) -> None:
    match what:
        case "serve":
            serve(*status)
        case "end":
            end(*status)
        case "sleep":
            sleep()
        case "eat":
            eat()


if __name__ == "__main__":
    main(*sys.argv[1:])
