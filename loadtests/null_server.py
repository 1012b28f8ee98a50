"""`python -m loadtests.null_server`: answers every request with an empty 200, for the generator's self-test.

On a free loopback port, which it prints; it ends with its stdin. Standard library only; keeps nothing.
"""

from __future__ import annotations

import asyncio
import re
import sys

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Null(asyncio.Protocol):
    """One connection: an answer for every whole request."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._waiting = transport, b""

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while (size := whole(self._waiting)) is not None:
            self._waiting = self._waiting[size:]
            self._transport.write(ANSWER)


def whole(received: bytes) -> int | None:
    """How many bytes the first request has; None when it is not there as a whole."""
    head = received.find(_END)
    if head < 0:
        return None
    found = _LENGTH.search(received, 0, head)
    size = head + len(_END) + (int(found[1]) if found else 0)
    return size if len(received) >= size else None


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Null, "127.0.0.1", 0)
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await ended.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve())
