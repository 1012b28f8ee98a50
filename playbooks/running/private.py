"""A folder in memory for one run: inventory with its secrets, Ansible's scratch, ssh's connections.

Nothing of it reaches a disk. It is gone when the run ends; what a killed run left, the next one removes.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from foundation.errors import Unavailable

_PREFIX = "peakproof-hosts-"
_OWNED = "owned"
_MOUNTS = Path("/proc/self/mountinfo")
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
CONNECTIONS = "ssh"
"""Where ssh's shared connections have their sockets."""
_LONGEST = 50
"""Bytes of a folder's path: a socket's may have 107, and 57 follow (our folder, then ssh's own name)."""


@contextmanager
def folder(candidates: Sequence[Path] | None = None) -> Iterator[Path]:
    """A fresh folder in memory that only this user can read. Raises Unavailable where there is none."""
    home = in_memory(candidates if candidates is not None else _candidates())
    sweep(home)
    making = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}", dir=home))
    owned = os.open(making / _OWNED, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(owned, fcntl.LOCK_EX)
    # Under this name others look for what was left, so it has its lock first.
    made = making.rename(home / making.name.removeprefix("."))
    (made / CONNECTIONS).mkdir(mode=0o700)
    try:
        yield made
    finally:
        remove(made)
        os.close(owned)


def in_memory(candidates: Sequence[Path], mounts: str | None = None) -> Path:
    """The first of the folders that is kept in memory and can be written. Raises Unavailable."""
    table = mounts if mounts is not None else _MOUNTS.read_text() if _MOUNTS.exists() else ""
    for place in candidates:
        writable = place.is_dir() and os.access(place, os.W_OK | os.X_OK)
        if writable and kind_of(place, table) in _IN_MEMORY and len(os.fsencode(place)) <= _LONGEST:
            return place
    raise Unavailable(
        f"no folder in memory for this run's secrets: none of {', '.join(map(str, candidates))} will do",
        hint="`mount -t tmpfs tmpfs /dev/shm`, or XDG_RUNTIME_DIR=a tmpfs, 50 letters at most",
    )


def kind_of(place: Path, mounts: str) -> str:
    """The kind of file system on which a place is. `mounts`: the text of /proc/self/mountinfo."""
    found, kind = -1, ""
    for line in mounts.splitlines():
        at, _, rest = line.partition(" - ")
        point = Path(at.split()[4].encode().decode("unicode_escape"))
        if place.resolve().is_relative_to(point) and len(point.parts) >= found:
            found, kind = len(point.parts), rest.split()[0]
    return kind


def _candidates() -> list[Path]:
    named = os.environ.get("XDG_RUNTIME_DIR")
    return [*([Path(named)] if named else []), Path("/dev/shm")]  # noqa: S108 - it is checked to be memory


def sweep(home: Path) -> list[Path]:
    """Removes what killed runs of this user left there; a run that lives holds a lock, and is left alone."""
    left = []
    for path in home.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if path.stat().st_uid == os.getuid() and not _is_owned(path):
                remove(path)
                left.append(path)
    return left


def _is_owned(path: Path) -> bool:
    """Whether a run still has it."""
    try:
        descriptor = os.open(path / _OWNED, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def remove(path: Path) -> None:
    """Ends the connections that have their sockets there, then removes it all."""
    for socket in (path / CONNECTIONS).glob("*"):
        with suppress(OSError, subprocess.TimeoutExpired):
            argv = ["ssh", "-F", "none", "-o", f"ControlPath={socket}", "-O", "exit", "peakproof"]
            subprocess.run(argv, check=False, capture_output=True, timeout=5)
    shutil.rmtree(path, ignore_errors=True)
