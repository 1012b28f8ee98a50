"""Fingerprints by stream and by their leading bits, in a temporary file that has no name. Holds no value.

What is written there means nothing to anybody without the check's secret, which is only in memory.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from anonymizer.proof import kernels
from anonymizer.proof.characters import Words
from foundation.errors import Unavailable

# A stream is called by its table, its place, and what of it is in it.
Name = tuple[str, ...]

_BUFFERED = 1 << 15  # records of one stream
_RECORD = 16
_TOP = 64


@dataclass(frozen=True, kw_only=True)
class Records:
    """Fingerprints of values, each with a tag that says where it stands. Shapes: (records,) both."""

    prints: Words
    tags: Words

    def __len__(self) -> int:
        return len(self.prints)

    def only(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> Records:
        return Records(prints=self.prints[which], tags=self.tags[which])


def together(records: list[Records]) -> Records:
    """Several as one."""
    if len(records) == 1:
        return records[0]
    none = np.zeros(0, np.uint64)
    return Records(
        prints=np.concatenate([none, *(one.prints for one in records)]),
        tags=np.concatenate([none, *(one.tags for one in records)]),
    )


@dataclass
class _Stream:
    waiting: list[Records] = field(default_factory=list)
    # Where each part of the file begins, and the records before each partition in it.
    parts: list[tuple[int, NDArray[np.int64]]] = field(default_factory=list)
    count: int = 0


class Partitions:
    """Streams of records, each of which can be read by partition: equal fingerprints share one."""

    def __init__(self, bits: int = 6) -> None:
        self.count = 1 << bits
        self._shift = np.uint64(_TOP - bits)
        with _room():
            # Where TMPDIR is named, even if it is full: nobody looks for fingerprints elsewhere.
            self._file = tempfile.TemporaryFile(  # noqa: SIM115 - closed by __exit__
                prefix="peakproof-", dir=os.environ.get("TMPDIR") or None, buffering=0
            )
        self._end = 0
        self._lock = threading.Lock()
        self._streams: dict[Name, _Stream] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, stream: Name, records: Records) -> None:
        """Takes records, from several threads at once."""
        with self._lock:
            into = self._streams.setdefault(stream, _Stream())
            into.count += len(records)
            into.waiting.append(records)
            full = sum(map(len, into.waiting)) >= _BUFFERED
        if full:
            self._write(into)

    def streams(self, of: str) -> list[tuple[str, str]]:
        """Table and place of every stream of that kind."""
        return [(name[0], name[1]) for name in self._streams if name[2:] == (of,)]

    def size(self, stream: Name) -> int:
        """How many records a stream has."""
        return self._streams[stream].count if stream in self._streams else 0

    def read(self, stream: Name, partition: int) -> Records:
        """All of a stream that falls into a partition, in any order."""
        if stream not in self._streams:
            return together([])
        from_ = self._streams[stream]
        return together([self._written(from_, partition), *self._waiting(from_, partition)])

    def _waiting(self, stream: _Stream, partition: int) -> Iterator[Records]:
        for records in stream.waiting:
            yield records.only((records.prints >> self._shift).astype(np.int64) == partition)

    def _written(self, stream: _Stream, partition: int) -> Records:
        """What stands in the file, read to where it is used: of each part first all prints, then all tags."""
        spans = [(start, before[partition], before[partition + 1]) for start, before in stream.parts]
        size = int(sum(after - first for _, first, after in spans))
        prints, tags, to = np.empty(size, np.uint64), np.empty(size, np.uint64), 0
        for start, first, after in spans:
            end = to + int(after - first)
            if to < end:
                into = prints[to:end].data, tags[to:end].data
                _preadv(self._file.fileno(), into, start + int(first) * _RECORD)
            to = end
        return Records(prints=prints, tags=tags)

    def _write(self, stream: _Stream) -> None:
        with self._lock:
            waiting, stream.waiting = stream.waiting, []
        records = together(waiting)
        if not len(records):
            return
        number = (records.prints >> self._shift).astype(np.int64)
        before = np.concatenate([[0], np.cumsum(np.bincount(number, minlength=self.count))])
        content = np.empty(2 * len(records), np.uint64)
        kernels.ordered(records.prints, records.tags, self._shift, before, content)
        with self._lock:
            start, self._end = self._end, self._end + len(records) * _RECORD
        with _room():
            _pwrite(self._file.fileno(), content.data.cast("B"), start)
        with self._lock:
            stream.parts.append((start, before))


def _pwrite(file: int, content: memoryview, start: int) -> None:
    """Writes all of it: a disk that runs full takes a part, and says so only at the next."""
    while content:
        count = os.pwrite(file, content, start)
        content, start = content[count:], start + count


def _preadv(file: int, into: Sequence[memoryview], start: int) -> None:
    """Fills the buffers with what stands there, one after another."""
    if os.preadv(file, into, start) != sum(each.nbytes for each in into):
        raise Unavailable("fingerprints that were kept for the check are gone: its file became shorter")


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"fingerprints could not be kept for the check: {error.strerror or 'no room'}"
        hint = "name a folder with room for 16 bytes of every masked value: TMPDIR"
        raise Unavailable(what, where=os.environ.get("TMPDIR") or tempfile.gettempdir(), hint=hint) from None
