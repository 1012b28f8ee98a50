"""The folder in which masked rows wait to be sorted: private to one command, and gone with it.

A command that is killed cannot clean up: the next one does. Never touches a folder that somebody still locks.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foundation.errors import Unavailable

_PREFIX = "peakproof-rows-"
# Until it is locked a folder has another name, so that nobody takes it for one that was left behind.
_UNLOCKED = "peakproof-new-"


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder below TMPDIR that only its owner may look into. Raises Unavailable: no room."""
    remove_stale()
    folder, lock = _made()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def remove_stale() -> None:
    """Removes this user's folders whose commands are gone: the system takes a lock away with its process."""
    for folder in _place().glob(f"{_PREFIX}*"):
        try:
            lock = _opened(folder)
        except OSError:  # no folder, a link, or another user's
            continue
        try:
            if os.fstat(lock).st_uid == os.geteuid() and _locked(lock):
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def _place() -> Path:
    """TMPDIR where it is named, even if nothing can be written there: nobody looks for rows elsewhere."""
    return Path(os.environ.get("TMPDIR") or tempfile.gettempdir())


def _made() -> tuple[Path, int]:
    """The folder, and what holds its lock."""
    try:
        new = Path(tempfile.mkdtemp(prefix=_UNLOCKED, dir=_place()))
        lock = _opened(new)
        fcntl.flock(lock, fcntl.LOCK_EX)
        return new.rename(new.with_name(new.name.replace(_UNLOCKED, _PREFIX))), lock
    except OSError as error:
        what = f"no folder for rows that wait to be sorted: {error.strerror}"
        raise Unavailable(what, where=str(_place()), hint="name a writable folder: TMPDIR") from None


def _opened(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
