"""The Docker Engine API over its socket, with the standard library alone. Runs in containers of ours."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any
from urllib.parse import quote, urlencode

SOCKET = "/var/run/docker.sock"
MISSING = (404,)
GONE = (404, 409)  # removed already, or being removed; of a kill: it does not run
NOT_MODIFIED = 304  # it was so already


PATIENCE = 30.0  # seconds until an engine that says nothing is given up


class _Connection(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(SOCKET)


# Any: the engine answers JSON of its own making; callers pick what they need.
def call(method: str, path: str, /, *, fine: tuple[int, ...] = GONE, **query: object) -> Any:  # noqa: ANN401
    """One request. Returns the JSON it answers, or None; raises OSError when the engine refuses.

    `fine`: statuses that are no refusal, because what was asked for is so already.
    """
    status, body = _answered(method, path, fine, query, PATIENCE)
    return None if status in fine or not body.startswith((b"{", b"[")) else json.loads(body)


def run(container: str, *command: str) -> tuple[int, str]:
    """A command in a container: its status, and what it printed. Raises OSError where it cannot be run."""
    told = {"AttachStdout": True, "AttachStderr": True, "Tty": True, "Cmd": list(command)}
    _, made = _answered("POST", f"/containers/{quote(container)}/exec", (), {}, PATIENCE, told)
    begun = json.loads(made)["Id"]
    _, printed = _answered("POST", f"/exec/{begun}/start", (), {}, PATIENCE, {"Detach": False, "Tty": True})
    _, ended = _answered("GET", f"/exec/{begun}/json", (), {}, PATIENCE)
    return int(json.loads(ended)["ExitCode"] or 0), printed.decode(errors="replace")


def done(method: str, path: str, /, *, patience: float = PATIENCE, **query: object) -> bool:
    """One request; whether the engine did it: False of what is gone, or is so already."""
    status, _ = _answered(method, path, GONE, query, patience)
    return status not in (*GONE, NOT_MODIFIED)


def _answered(
    method: str,
    path: str,
    fine: tuple[int, ...],
    query: dict[str, object],
    patience: float,
    told: object = None,
) -> tuple[int, bytes]:
    connection = _Connection("docker", timeout=patience)
    try:
        body = None if told is None else json.dumps(told)
        headers = {} if told is None else {"Content-Type": "application/json"}
        connection.request(method, f"{path}?{urlencode(query)}" if query else path, body, headers)
        response = connection.getresponse()
        answer = response.read()
    finally:
        connection.close()
    if response.status >= 400 and response.status not in fine:
        raise OSError(f"{method} {path}: {response.status} {answer.decode(errors='replace').strip()}")
    return response.status, answer


def listed(what: str, labels: list[str], **more: list[str]) -> list[dict[str, Any]]:
    """Containers, networks or volumes that carry all of `labels`, and for which the `more` filters hold."""
    # `all` counts for containers: those that ended, too.
    found = call("GET", f"/{what}", filters=json.dumps({"label": labels, **more}), all=1)
    return list(found["Volumes"] or []) if what == "volumes" else list(found or [])


def remove_container(name: str) -> None:
    call("DELETE", f"/containers/{quote(name)}", force=1, v=1)
