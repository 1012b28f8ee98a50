"""Servers on loopback that answer byte by byte what a test says, and requests to them by the generator."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
# One answer for each request, in the order they come; None closes the connection instead.
Script = Sequence[bytes | None]


@dataclass
class Server:
    """What a scripted server saw."""

    script: Script
    context: ssl.SSLContext | None = None
    bytewise: bool = False
    closes: bool | None = None  # after each answer; None: where it has no length
    accepted: int = 0
    versions: list[str | None] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)

    def run(self, listener: socket.socket) -> None:
        left = list(self.script)
        while left:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.accepted += 1
            before = len(left)
            try:
                self._answer(connection, left)
            except OSError:
                left = left[1:] if len(left) == before else left  # the client wanted nothing more of it
            connection.close()

    def _answer(self, connection: socket.socket, left: list[bytes | None]) -> None:
        if self.context is not None:
            connection = self.context.wrap_socket(connection, server_side=True)
            self.versions.append(connection.version())
        while left and (request := connection.recv(65536)):
            self.requests.append(request)
            answer = left.pop(0)
            if answer is None:
                return
            if not self._sent(connection, answer):
                return
            ended = b"Connection: close" in answer or b"Content-Length" not in answer
            if ended if self.closes is None else self.closes:
                return
        connection.recv(1)  # until the client goes away

    def _sent(self, connection: socket.socket, answer: bytes) -> bool:
        """Sends an answer; False where the client did not want all of it."""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        parts = [answer[at : at + 1] for at in range(len(answer))] if self.bytewise else [answer]
        try:
            for part in parts:
                connection.sendall(part)
        except OSError:
            return False
        return True


@contextmanager
def serving(
    script: Script,
    context: ssl.SSLContext | None = None,
    *,
    bytewise: bool = False,
    closes: bool | None = None,
) -> Iterator[tuple[int, Server]]:
    server = Server(script=script, context=context, bytewise=bytewise, closes=closes)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1], server


@dataclass(frozen=True)
class Told:
    """What the client said of its requests, and what the server saw."""

    replies: list[dict[str, object]]
    server: Server

    @property
    def statuses(self) -> list[object]:
        return [reply["status"] for reply in self.replies]


def made(cases: Sequence[Mapping[str, object]]) -> list[list[dict[str, object]]]:
    """What each request of each case came to, in a process of the generator's own: `exchanging.py`."""
    program = Path(__file__).parent / "exchanging.py"
    done = subprocess.run(
        [sys.executable, str(program)], input=json.dumps(cases), capture_output=True, text=True,
        timeout=60, env={"PYTHONPATH": str(program.parents[3])},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: list[list[dict[str, object]]] = json.loads(done.stdout)
    return found
