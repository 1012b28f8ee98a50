"""What Arrow's own thread reads a CSV file from: never a Python object that outlives who asked for rows.

A thread of Arrow's that calls into Python while the process ends takes the whole process with it.
"""

from __future__ import annotations

import io
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

import pyarrow as pa

# A thread that is not heard of for so long waits for somebody to take what it has read: it reads no more.
_SECONDS = 1.0


@contextmanager
def feed(start: bytes, rest: BinaryIO) -> Iterator[pa.NativeFile]:
    """`start` and what follows it in the stream, for a block; behind it, nothing is read in the background.

    A file on disk is read without Python; `start` are then the bytes before the stream's place.
    """
    if _is_on_disk(rest):
        # Closed when Arrow lets go of it: a thread may still be at it, and would read another file then.
        file = pa.OSFile(f"/dev/fd/{rest.fileno()}")
        file.seek(rest.tell() - len(start))
        yield file
        return
    joined = Joined(start, rest)
    try:
        yield pa.PythonFile(cast(BinaryIO, joined), mode="r")
    finally:
        joined.end()


def _is_on_disk(stream: BinaryIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except OSError:  # in memory
        return False


class Joined(io.RawIOBase):
    """A stream with some bytes put before it again, which can be told to end."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start, self._rest = start, rest
        self._ending, self._ended = False, threading.Event()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        content = b"" if self._ending else self._next(size)
        if not content and size:
            self._ended.set()
        return content

    def _next(self, size: int) -> bytes:
        start, self._start = self._start, b""
        return start + self._rest.read(size if size < 0 else max(0, size - len(start)))

    def end(self) -> None:
        """Whoever reads finds the end now. Returns when they have, or do not ask any more."""
        self._ending = True
        self._ended.wait(_SECONDS)
