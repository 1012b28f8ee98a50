"""A small order shop on loopback whose misbehaviour is known: run as a process, so that it can be killed.

python shop.py PORT BOOKS BEHAVIOUR [HOST], where BOOKS is a file to which it appends every order it commits.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

REASONS = {200: "OK", 201: "Created", 302: "Found", 404: "Not Found", 409: "Conflict", 503: "Unavailable"}


class Shop:
    """Behaviour: stall: [[after, for], ...] in seconds since the first request; slow: seconds per answer;
    first: "503", "drop" or "commit-drop" at each key's first attempt; refuse: every order; redirect: a URL;
    pages: the status of every page; orders: that of every order; again: that of every repeated one; later:
    its Retry-After; twice: seconds after which every answer is sent once more.
    """

    def __init__(self, books: Path, behaviour: dict[str, Any]) -> None:
        self.books = books
        self.behaviour = behaviour
        self.started: float | None = None
        self.seen: set[str] = set()
        self.accepted = 0  # connections so far
        self.heard: list[list[str]] = []  # the headers of the last request
        self.committed = {json.loads(line)["key"] for line in _lines(books)}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                pairs = [line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line]
                headers = {name.lower(): value for name, value in pairs}
                self.heard = [[name.lower(), value] for name, value in pairs]
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                await self._stalled()
                method, path, _ = head.split("\r\n")[0].split(" ")
                answer = self._answer(method, path, headers, body)
                if answer is None:
                    return
                writer.write(encoded := _encoded(*answer, self._fields(answer[0])))
                await writer.drain()
                if "twice" in self.behaviour:
                    await asyncio.sleep(self.behaviour["twice"])
                    writer.write(encoded)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _stalled(self) -> None:
        now = time.monotonic()
        self.started = self.started or now
        await asyncio.sleep(self.behaviour.get("slow", 0))
        for after, length in self.behaviour.get("stall", []):
            if after <= now - self.started < after + length:
                await asyncio.sleep(self.started + after + length - now)

    def _answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, object] | None:
        if "redirect" in self.behaviour:
            return 302, {}
        if method == "POST":
            return self._order(headers["idempotency-key"], json.loads(body))
        if "pages" in self.behaviour:
            return self.behaviour["pages"], {}
        if path == "/heard":
            return 200, self.heard
        if path == "/connections":
            return 200, self.accepted
        if path.startswith("/orders/"):
            return 200, {"id": path.rsplit("/", 1)[1], "state": "confirmed"}
        if path.endswith("/price") or "/price?" in path:
            return 200, {"sku": path.split("/")[2], "price": "1.00"}
        return 200, {"items": [], "next": None}

    def _fields(self, status: int) -> dict[str, str]:
        fields = {"Location": self.behaviour.get("redirect", "")} if status == 302 else {}
        later = {"Retry-After": str(self.behaviour["later"])} if "later" in self.behaviour else {}
        return fields | (later if status in (429, 503) else {})

    def _order(self, key: str, order: object) -> tuple[int, object] | None:
        if self.behaviour.get("refuse"):
            return 409, {"code": "credit-limit"}
        if "again" in self.behaviour and key in self.seen:
            return self.behaviour["again"], {}
        if "orders" in self.behaviour:
            return self.behaviour["orders"], {}
        first, self.seen = self.behaviour.get("first") if key not in self.seen else None, self.seen | {key}
        if first == "503":
            return 503, {}
        if first == "drop":
            return None
        if key not in self.committed:
            self.committed.add(key)
            with self.books.open("a") as books:
                books.write(json.dumps({"key": key, "order": order}) + "\n")
        return None if first == "commit-drop" else (201, {"id": key, "state": "accepted", "total": "1.00"})


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _encoded(status: int, content: object, fields: dict[str, str]) -> bytes:
    body = json.dumps(content).encode()
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    head = f"HTTP/1.1 {status} {REASONS.get(status, '')}\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def main() -> None:
    shop = Shop(Path(sys.argv[2]), json.loads(sys.argv[3]))
    host = sys.argv[4] if len(sys.argv) > 4 else "127.0.0.1"
    server = await asyncio.start_server(shop.serve, host, int(sys.argv[1]), backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
