"""One lock a name, in the person's cache folder, so that two commands take turns."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from foundation import folders
from foundation.errors import Interrupted, Unavailable

_ASK_AGAIN_S = 0.1


@contextmanager
def locked(name: str, stop: threading.Event) -> Iterator[None]:
    """Holds the lock of that name among all commands of this person on this machine.

    Raises Interrupted as soon as `stop` is set, Unavailable where the cache folder cannot be written.
    """
    path = folders.cache() / "locks" / (name.replace("/", "+") + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w")
    except OSError as error:
        raise Unavailable(
            f"the cache folder cannot be written: {error.strerror}",
            where=str(path.parent),
            hint="make room or name another folder in XDG_CACHE_HOME",
        ) from error
    with file:
        while not _taken(file.fileno()):
            if stop.wait(_ASK_AGAIN_S):
                raise Interrupted("interrupted while another command was building the image")
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
