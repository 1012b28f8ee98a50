"""One run at a time changes a site. A lock is a file of this user's state, freed with its process."""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from foundation import folders
from foundation.errors import Refused


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who runs what on a site, since when."""

    process: int
    user: str
    machine: str
    command: str
    since: str

    def __str__(self) -> str:
        return (
            f"`{self.command}` (process {self.process} of {self.user} on {self.machine}, since {self.since})"
        )


def folder() -> Path:
    """Locks and the last runs' logs."""
    return folders.state() / "hosts"


def file_name(site: str) -> str:
    """The site's name as one of a file, whatever is in it."""
    return quote(site, safe="")


@contextmanager
def held(site: str, command: str, home: Path | None = None) -> Iterator[None]:
    """Holds the site for the block. Raises Refused that says who has it."""
    path = folders.made(home or folder()) / f"{file_name(site)}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _refused(site, os.pread(descriptor, 4096, 0)) from None
        _write(descriptor, json.dumps(asdict(me(command))).encode())
        yield
        _write(descriptor, b"")
    finally:
        os.close(descriptor)


def _write(descriptor: int, content: bytes) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, content, 0)


def me(command: str) -> Holder:
    """This process, at a command."""
    return Holder(
        process=os.getpid(),
        user=getpass.getuser(),
        machine=socket.gethostname(),
        command=command,
        since=f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
    )


def _refused(site: str, content: bytes) -> Refused:
    who = "another command"
    with suppress(ValueError, TypeError):  # it is being written
        who = str(Holder(**json.loads(content)))
    return Refused(f"the site {site!r} is being worked on by {who}", hint="wait for it, then run this again")
