"""Who changed which stack, when, and how it ended: a line of JSON a change, in the state folder, appended."""

from __future__ import annotations

import getpass
import json
import os
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from environments.wanted import Wanted
from infra.backend import folder


def path() -> Path:
    """The file that the lines are appended to."""
    return folder() / "audit.jsonl"


def of(wanted: Wanted) -> dict[str, object]:
    """What was to stand."""
    return {
        "definition": wanted.topology.definition,
        "digest": wanted.topology.digest,
        "site": wanted.site.site,
        "class": wanted.topology.environment_class.value,
    }


def write(command: str, stack: str, **what: object) -> None:
    """Appends a line; one write, so that two commands never mix theirs."""
    line: Mapping[str, object] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "who": f"{getpass.getuser()}@{socket.gethostname()}",
        "command": command,
        "stack": stack,
        **what,
    }
    path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, (json.dumps(line, ensure_ascii=False) + "\n").encode())
    finally:
        os.close(descriptor)
