"""The Docker Engine API over its socket, with the standard library alone. Runs in containers of ours."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any
from urllib.parse import quote, urlencode

SOCKET = "/var/run/docker.sock"
MISSING = (404,)
GONE = (404, 409)  # removed already, or being removed


class _Connection(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(SOCKET)


# Any: the engine answers JSON of its own making; callers pick what they need.
def call(method: str, path: str, *, fine: tuple[int, ...] = GONE, **query: object) -> Any:  # noqa: ANN401
    """One request. Returns the JSON it answers, or None; raises OSError when the engine refuses.

    `fine`: statuses that are no refusal, because what was asked for is so already.
    """
    connection = _Connection("docker")
    try:
        connection.request(method, f"{path}?{urlencode(query)}" if query else path)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status in fine:
        return None
    if response.status >= 400:
        raise OSError(f"{method} {path}: {response.status} {body.decode(errors='replace').strip()}")
    return json.loads(body) if body.startswith((b"{", b"[")) else None


def listed(what: str, labels: list[str], **more: list[str]) -> list[dict[str, Any]]:
    """Containers, networks or volumes that carry all of `labels`, and for which the `more` filters hold."""
    # `all` counts for containers: those that ended, too.
    found = call("GET", f"/{what}", filters=json.dumps({"label": labels, **more}), all=1)
    return list(found["Volumes"] or []) if what == "volumes" else list(found or [])


def remove_container(name: str) -> None:
    call("DELETE", f"/containers/{quote(name)}", force=1, v=1)
