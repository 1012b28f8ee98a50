"""Who changed which stack, when, and how it ended: a line of JSON a change, in the state folder, appended."""

from __future__ import annotations

import getpass
import json
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from foundation.errors import Interrupted, PeakproofError
from infra.backend import folder
from infra.record import Record


def path() -> Path:
    """The file that the lines are appended to."""
    return folder() / "audit.jsonl"


def of(record: Record) -> dict[str, object]:
    """What was to stand, or stood."""
    return {
        "definition": record.definition,
        "digest": record.digest,
        "site": record.site,
        "class": record.environment_class.value,
    }


@contextmanager
def kept(command: str, stack: str, **what: object) -> Iterator[None]:
    """A line that a command began, and one how it ended; a first line alone says that it was killed."""
    started = time.monotonic()
    write(command, stack, result="begun", **what)
    result = "interrupted"
    try:
        yield
        result = "ok"
    except Interrupted:
        raise
    except Exception as error:
        result = f"failed: {error.what if isinstance(error, PeakproofError) else type(error).__name__}"
        raise
    finally:
        write(command, stack, result=result, seconds=round(time.monotonic() - started, 1))


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
