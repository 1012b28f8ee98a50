"""The WebSocket locustfile of the docs, as it stands there, on a real WebSocket server."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Message, Request, TextMessage

from tests.loadtests.conftest import COMMAND


def converse(connection: socket.socket, heard: list[str]) -> None:
    """Answers what one client says until it goes away: after the first ten "free", which is no price."""
    protocol = WSConnection(ConnectionType.SERVER)
    with connection, suppress(OSError):
        while data := connection.recv(65536):
            protocol.receive_data(data)
            for event in protocol.events():
                if isinstance(event, Request):
                    heard.append(f"GET {event.target}")
                    connection.sendall(protocol.send(AcceptConnection()))
                elif isinstance(event, TextMessage):
                    heard.append(event.data)
                    answer = "1.00 EUR" if heard.count(event.data) <= 10 else "free"
                    connection.sendall(protocol.send(Message(data=answer)))
                elif isinstance(event, CloseConnection):
                    connection.sendall(protocol.send(event.response()))


@contextmanager
def prices() -> Iterator[tuple[str, list[str]]]:
    heard: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=converse, args=(connection, heard), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
        listener.shutdown(socket.SHUT_RDWR)


def test_the_websocket_of_the_docs_is_counted_timed_and_judged(tmp_path: Path, root: Path) -> None:
    page = (root / "docs" / "loadtests" / "other-protocols.md").read_text()
    (shown,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "prices.py").write_text(shown)
    options = ["--rate", "20/s", "--duration", "1s", "--evenly", "--no-self-test", "--json", "--pool", "4"]
    options += ["--out", str(tmp_path / "out"), "--slo", "prices/ws-price p50 < 20s"]
    with prices() as (url, heard):
        command = [sys.executable, "-c", COMMAND, "run", "--locustfile", str(tmp_path / "prices.py")]
        done = subprocess.run(
            [*command, "--host", url, *options], cwd=root, capture_output=True, text=True, timeout=60
        )
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    assert (heard.count("GET /prices"), heard.count("PUMP-0001")) == (4, 20)
    assert found["answers"]["prices/ws-price"] == {
        "requests": 20, "wrong": 10, "by_status": {"well": 10, "no answer": 10},
    }  # fmt: skip
    assert found["latency_ms"]["prices/ws-price"]["response"]["count"] == 20
    assert found["errors"]["prices/ws-price"]["errors"] == 10
    assert [f["holds"] for f in found["verdict"]["findings"] if f["name"].startswith("prices/ws-price")] == [
        True
    ]
    assert found["verdict"]["status"] != "PASS", "half of what it was answered is no price"
