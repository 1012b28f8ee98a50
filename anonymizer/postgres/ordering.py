"""The order in which masked rows are written: that of their masked keys, so that none tells the source's.

Sees masked rows only, as they are sent. What does not fit into memory goes through files of masked rows.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import ipc

from anonymizer.policies.plan import TablePlan
from anonymizer.pseudonyms import prf
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms import INTEGER_KEY, UUID
from anonymizer.transforms.permuted import Digits
from foundation.errors import Unavailable

# A row's rank among all 64-bit numbers, over which the rows of a table are spread evenly.
Ranks = NDArray[np.uint64]

_IN_MEMORY = 8 << 20
_BLOCK = 2 << 20
# Of a table that one worker writes alone: how many pieces what it spilled is read back in.
_PIECES = 64
_ROW, _RANK = "row", "rank"


def ranks(key: Key, plan: TablePlan, columns: Mapping[str, pa.Array], rows: pa.Array) -> Ranks:
    """Where each row belongs: by its masked key itself where that is spread evenly, else by its keyed hash.

    `columns` are the key's, masked; without a primary key the whole row is.
    """
    names = plan.table.primary_key
    if len(names) == 1 and plan.rules[names[0]].transform == INTEGER_KEY:
        size = Digits.model_validate(plan.rules[names[0]].options).digits
        return _of_integers(columns[names[0]], size)
    if len(names) == 1 and plan.rules[names[0]].transform == UUID:
        return _of_uuids(columns[names[0]])
    named = [columns[name].cast(pa.binary()).fill_null(b"") for name in names] or [rows]
    whole = named[0] if len(named) == 1 else pc.binary_join_element_wise(*named, b"\0")
    first, _ = prf.words(key, "rank", prf.digests(key, whole))
    return first


def _of_integers(keys: pa.Array, size: int) -> Ranks:
    numbers = np.abs(keys.cast(pa.int64()).to_numpy()).astype(np.uint64)
    return np.asarray((numbers - np.uint64(10**size)) * np.uint64((2**64 - 1) // 10**size), np.uint64)


def _of_uuids(keys: pa.Array) -> Ranks:
    digits = pc.utf8_slice_codeunits(pc.replace_substring(keys, "-", ""), 0, 16)
    content = bytes.fromhex("".join(digits.to_pylist()))
    return np.frombuffer(content, ">u8").astype(np.uint64)


@dataclass(kw_only=True)
class Sorter:
    """Takes masked rows of a table in any order. Spills them into files of `folder` when they are many.

    A file has one batch for every piece: the rows with ranks in that part of the numbers.
    """

    folder: Path
    label: str
    pieces: int = _PIECES
    limit: int = _IN_MEMORY
    _rows: list[pa.Array] = field(default_factory=list)
    _ranks: list[Ranks] = field(default_factory=list)
    _size: int = 0
    _files: int = 0

    def add(self, rows: pa.Array, rank: Ranks) -> None:
        self._rows.append(rows.cast(pa.large_binary()))
        self._ranks.append(rank)
        self._size += rows.nbytes
        if self._size >= self.limit:
            self.spill()

    def spill(self) -> None:
        """Writes what is in memory. Raises Unavailable: no room."""
        if not self._rows:
            return
        rank = np.concatenate(self._ranks)
        place = np.argsort(rank)
        rank = rank[place]
        batch = pa.record_batch({_ROW: _taken(self._rows, place), _RANK: rank})
        bounds = [0, *np.searchsorted(rank, _bounds(self.pieces)), len(rank)]
        name = hashlib.sha256(f"{self.label} {self._files}".encode()).hexdigest()[:24]
        try:
            self.folder.mkdir(exist_ok=True)
            with ipc.new_file(str(self.folder / f"{name}.arrow"), batch.schema) as file:
                for first, end in pairwise(bounds):
                    file.write_batch(batch.slice(first, end - first))
        except OSError as error:
            raise _no_room(self.label, self.folder, error) from None
        self._rows, self._ranks, self._size, self._files = [], [], 0, self._files + 1
        pa.default_memory_pool().release_unused()

    def blocks(self) -> Iterator[tuple[pa.Buffer, int]]:
        """All rows in order, as bytes, with how many. What was spilled is read again, piece by piece."""
        if not self._files:
            yield from _blocks(self._rows, self._ranks)
            return
        self.spill()
        for piece in range(self.pieces):
            yield from spilled(self.folder, piece)


def spilled(folder: Path, piece: int) -> Iterator[tuple[pa.Buffer, int]]:
    """The rows of one piece of all files of a folder, in order, as bytes, with how many."""
    rows, rank = [], []
    for file in sorted(folder.glob("*.arrow")):
        batch = ipc.open_file(pa.memory_map(str(file))).get_batch(piece)
        rows.append(batch.column(_ROW))
        rank.append(batch.column(_RANK).to_numpy())
    yield from _blocks(rows, rank)


def _blocks(rows: list[pa.Array], ranks: list[Ranks]) -> Iterator[tuple[pa.Buffer, int]]:
    if not rows:
        return
    whole = pa.concat_arrays(rows)
    place = np.argsort(np.concatenate(ranks))
    step = max(1, _BLOCK * len(whole) // max(1, whole.nbytes))
    for at in range(0, len(whole), step):
        some = place[at : at + step]
        yield _content(whole.take(pa.array(some))), len(some)


def _taken(rows: list[pa.Array], place: NDArray[np.int64]) -> pa.Array:
    return pa.concat_arrays(rows).take(pa.array(place))


def _content(rows: pa.Array) -> pa.Buffer:
    _, offsets, content = rows.buffers()
    end = int(np.frombuffer(offsets, np.int64)[rows.offset + len(rows)])
    return content.slice(0, end) if content is not None else pa.py_buffer(b"")


def _bounds(pieces: int) -> Ranks:
    """The least rank of every piece but the first."""
    return np.array([(2**64 * piece) // pieces for piece in range(1, pieces)], np.uint64)


def _no_room(label: str, folder: Path, error: OSError) -> Unavailable:
    why = os.strerror(error.errno) if error.errno else "no room"
    table = label.rpartition(" ")[0]
    what = f"{table}: masked rows that wait to be sorted could not be kept: {why}"
    hint = "make room there or name a folder with room for the largest table, TMPDIR; then run again"
    return Unavailable(what, where=str(folder.parent), hint=hint)
