"""The program that asks a URL inside an environment, run here against a server of the test's own."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from environments.lookup import PACKAGE

ASK = PACKAGE / "environments" / "agent" / "ask.py"


class Audit(BaseHTTPRequestHandler):
    """Answers as the path says; /busy is busy the first time."""

    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        if self.path == "/slow":
            self.server.done.wait(30)  # type: ignore[attr-defined]
        status = {"/moved": 302, "/who": 401}.get(self.path, 200)
        if self.path == "/busy" and self.asked == 1:
            status = 503
        body = f"{self.headers.get('Authorization')}\n".encode() * (1000 if self.path == "/large" else 1)
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Link", '</2>; rel="next"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, text: str, *values: object) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    Audit.asked = 0
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Audit)
    listening.done = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}"
    listening.done.set()  # type: ignore[attr-defined]
    listening.shutdown()
    listening.server_close()
    thread.join()


def asked(folder: Path, url: str, **more: object) -> tuple[dict[str, object], bytes]:
    wanted = {"headers": {"Authorization": "Bearer t"}, "seconds": 5, "most": 1000, "trust": "", **more}
    (folder / "request.json").write_text(json.dumps(wanted))
    command = [sys.executable, str(ASK), str(folder / "request.json"), url]
    said = subprocess.run(command, capture_output=True, check=True, timeout=60)
    head, _, body = said.stdout.partition(b"\n")
    return json.loads(head), body


def test_head_and_body_are_passed_on_with_the_headers_given(server: str, tmp_path: Path) -> None:
    head, body = asked(tmp_path, f"{server}/orders")
    assert (head, body) == ({"status": 200, "link": '</2>; rel="next"'}, b"Bearer t\n")


@pytest.mark.parametrize(("path", "status"), [("/who", 401), ("/moved", 302)])
def test_a_refusal_and_a_redirect_are_answers(server: str, tmp_path: Path, path: str, status: int) -> None:
    assert asked(tmp_path, f"{server}{path}")[0]["status"] == status
    assert Audit.asked == 1


def test_who_is_busy_is_asked_again(server: str, tmp_path: Path) -> None:
    assert asked(tmp_path, f"{server}/busy")[0]["status"] == 200
    assert Audit.asked == 2


def test_of_a_large_answer_one_byte_more_than_wanted_is_read(server: str, tmp_path: Path) -> None:
    assert len(asked(tmp_path, f"{server}/large")[1]) == 1001


def test_who_does_not_answer_in_time_is_told(server: str, tmp_path: Path) -> None:
    head, _ = asked(tmp_path, f"{server}/slow", seconds=0.5)
    assert "TimeoutError" in str(head["error"])


def test_nobody_there_is_told(tmp_path: Path) -> None:
    head, _ = asked(tmp_path, "http://127.0.0.1:1/", seconds=0.1)
    assert "refused" in str(head["error"])
