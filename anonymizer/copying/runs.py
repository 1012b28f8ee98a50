"""Masked rows with their ranks: put in order, cut into blocks, kept in files. Knows no table and no key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from anonymizer.kernels import loops
from anonymizer.kernels.loops import Bytes, Places
from anonymizer.kernels.machine import compiled
from anonymizer.pseudonyms.prf import layout

# A row's rank among all 64-bit numbers, over which the rows of a table are spread evenly.
Ranks = NDArray[np.uint64]

_BLOCK = 2 << 20
_NUMBER = 8  # bytes
_scattered = compiled(loops.scattered)


@dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """Rows one after another in `content`, with the rank and the size in bytes of each."""

    ranks: Ranks
    sizes: Places
    content: Bytes

    @classmethod
    def of(cls, rows: pa.Array, ranks: Ranks) -> Run:
        """Rows as they come, none NULL."""
        data, starts, sizes = layout(rows)
        first = int(starts[0]) if len(starts) else 0
        return cls(ranks=ranks, sizes=sizes, content=data[first : first + int(sizes.sum())])

    def blocks(self) -> Iterator[tuple[pa.Buffer, int]]:
        """The rows as bytes, a few MiB at a time, with how many."""
        bounds, at = _bounds(self.sizes), 0
        while at < len(self.sizes):
            end = max(at + 1, int(np.searchsorted(bounds, bounds[at] + _BLOCK)) - 1)
            yield pa.py_buffer(self.content[bounds[at] : bounds[end]]), end - at
            at = end


def merged(runs: Sequence[Run]) -> Run:
    """All rows in the order of their ranks."""
    return _merged([run.ranks for run in runs], [run.sizes for run in runs], (run.content for run in runs))


def _merged(ranks: Sequence[Ranks], sizes: Sequence[Places], contents: Iterable[Bytes]) -> Run:
    rank, size = np.concatenate(ranks), np.concatenate(sizes)
    order = np.argsort(rank)
    bounds = _bounds(size[order])
    places = np.empty(len(order), np.int64)
    places[order] = bounds[:-1]
    content, first = np.empty(int(bounds[-1]), np.uint8), 0
    for part, each in zip(contents, sizes, strict=True):
        _scattered(part, each, len(each), places[first : first + len(each)], content)
        first += len(each)
    return Run(ranks=rank[order], sizes=size[order], content=content)


def _bounds(sizes: Places) -> Places:
    bounds = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=bounds[1:])
    return bounds


def write(path: Path, run: Run, pieces: int) -> None:
    """Writes a run whose ranks are in order, so that each of so many pieces can be read by itself.

    In the file: where each piece begins, in rows and in bytes; ranks, sizes, rows. Raises OSError.
    """
    least = np.array([(2**64 * piece) // pieces for piece in range(1, pieces)], np.uint64)
    rows = np.array([0, *np.searchsorted(run.ranks, least), len(run.ranks)], np.int64)
    with path.open("wb") as file:
        for part in (rows, _bounds(run.sizes)[rows], run.ranks, run.sizes, run.content):
            file.write(part.data)


def read(paths: Sequence[Path], piece: int, pieces: int) -> Run:
    """A piece of what was written: the rows of all files, in order. One file at a time is in memory."""
    parts = [_Part.of(path, piece, pieces) for path in paths]
    return _merged(
        [part.ranks for part in parts], [part.sizes for part in parts], (part.content() for part in parts)
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Part:
    """A piece in one file, its rows not yet read."""

    path: Path
    ranks: Ranks
    sizes: Places
    at: int

    @classmethod
    def of(cls, path: Path, piece: int, pieces: int) -> _Part:
        with path.open("rb") as file:
            rows, places = np.fromfile(file, np.int64, 2 * (pieces + 1)).reshape(2, -1)
            head, count = 2 * _NUMBER * (pieces + 1), int(rows[piece + 1] - rows[piece])
            file.seek(head + _NUMBER * int(rows[piece]))
            ranks = np.fromfile(file, np.uint64, count)
            file.seek(head + _NUMBER * int(rows[-1] + rows[piece]))
            sizes = np.fromfile(file, np.int64, count)
        at = head + 2 * _NUMBER * int(rows[-1]) + int(places[piece])
        return cls(path=path, ranks=ranks, sizes=sizes, at=at)

    def content(self) -> Bytes:
        return np.fromfile(self.path, np.uint8, int(self.sizes.sum()), offset=self.at)
