"""The platform's processes as an image runs them: started by command, watched through probes and logs."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path

from tests.platforms.orderhub.waiting import until

APP = Path(__file__).resolve().parents[3] / "platforms" / "orderhub" / "app"


@dataclass(frozen=True, kw_only=True)
class Reply:
    status: int
    headers: Message  # names in any case
    body: bytes

    def json(self) -> dict[str, object]:
        parsed = json.loads(self.body)
        assert isinstance(parsed, dict)
        return parsed


@dataclass(frozen=True, kw_only=True)
class Running:
    """One process of the platform; `port` is 0 where it serves none."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path
    ready_file: Path
    port: int

    def get(self, path: str) -> Reply:
        return self.request("GET", path)

    def post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> Reply:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request("POST", path, data, {"Content-Type": "application/json", **(headers or {})})

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        url = f"http://127.0.0.1:{self.port}{path}"
        asked = urllib.request.Request(url, body, dict(headers or {}), method=method)
        try:
            with urllib.request.urlopen(asked, timeout=15) as answer:  # noqa: S310 - loopback
                return Reply(status=answer.status, headers=answer.headers, body=answer.read())
        except urllib.error.HTTPError as error:
            return Reply(status=error.code, headers=error.headers, body=error.read())

    def is_ready(self) -> bool:
        """As its probe sees it. Fails with the log when the process has ended."""
        assert self.popen.poll() is None, f"{self.name} ended:\n{self.log.read_text()}"
        if not self.port:
            return self.ready_file.exists()
        try:
            return self.get("/health/ready").status == 200
        except OSError:
            return False

    def lines(self, message: str = "") -> list[dict[str, object]]:
        """Its log records so far, those whose message begins so."""
        records = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [record for record in records if str(record["message"]).startswith(message)]

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        self.popen.send_signal(signal.SIGTERM)
        return self.popen.wait(timeout=15)

    def kill(self) -> None:
        """SIGKILL, children too: what a dying node does."""
        os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait(timeout=15)


@dataclass(kw_only=True)
class Processes:
    """Starts processes with a common environment; a test adds or overrides variables."""

    environment: Mapping[str, str]
    folder: Path
    started: list[Running] = field(default_factory=list)

    def launch(self, process: str, **variables: object) -> Running:
        """Starts a process and does not wait for it."""
        number = len(self.started)
        port = _free_port() if process in ("api", "erp") else 0
        ready_file = self.folder / f"ready-{number}"
        own = {"HTTP_HOST": "127.0.0.1", "HTTP_PORT": port, "READY_FILE": ready_file}
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ORDERHUB_")},
            **self.environment,
            **{f"ORDERHUB_{name}": str(value) for name, value in {**own, **variables}.items()},
            "PYTHONPATH": str(APP),
        }
        log = self.folder / f"{number}-{process}.log"
        with log.open("wb") as output:
            popen = subprocess.Popen(
                [sys.executable, "-m", "orderhub", process],
                env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        running = Running(name=process, popen=popen, log=log, ready_file=ready_file, port=port)
        self.started.append(running)
        return running

    def start(self, process: str, **variables: object) -> Running:
        """Starts a process and waits until its probe says ready."""
        running = self.launch(process, **variables)
        until(running.is_ready, f"{process} is ready")
        return running

    def end(self) -> None:
        """Kills whatever still runs."""
        for running in self.started:
            if running.popen.poll() is None:
                running.kill()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
