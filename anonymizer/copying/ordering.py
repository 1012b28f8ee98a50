"""The order in which masked rows are written: that of their masked keys, so that none tells the source's.

Sees masked rows only, as they are sent. What does not fit into memory goes through files of masked rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anonymizer.copying import runs
from anonymizer.copying.runs import Ranks, Run
from anonymizer.policies.plan import TablePlan
from anonymizer.pseudonyms import prf
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms import INTEGER_KEY, UUID
from anonymizer.transforms.permuted import Digits
from foundation.errors import Unavailable

_IN_MEMORY = 8 << 20
# Of a table that one worker writes alone: how many pieces what it spilled is read back in.
_PIECES = 64
_SUFFIX = ".rows"


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

    A file has so many pieces: the rows with ranks in each part of the numbers.
    """

    folder: Path
    label: str
    pieces: int = _PIECES
    limit: int = _IN_MEMORY
    _runs: list[Run] = field(default_factory=list)
    _size: int = 0
    _files: int = 0

    def add(self, rows: pa.Array, rank: Ranks) -> None:
        self._runs.append(Run.of(rows, rank))
        self._size += rows.nbytes
        if self._size >= self.limit:
            self.spill()

    def spill(self) -> None:
        """Writes what is in memory. Raises Unavailable: no room."""
        if not self._runs:
            return
        run = runs.merged(self._runs)
        self._runs, self._size = [], 0
        name = hashlib.sha256(f"{self.label} {self._files}".encode()).hexdigest()[:24]
        try:
            self.folder.mkdir(exist_ok=True)
            runs.write(self.folder / f"{name}{_SUFFIX}", run, self.pieces)
        except OSError as error:
            raise _no_room(self.folder, error) from None
        self._files += 1

    def blocks(self) -> Iterator[tuple[pa.Buffer, int]]:
        """All rows in order, as bytes, with how many. What was spilled is read again, piece by piece."""
        if not self._files:
            if self._runs:
                yield from runs.merged(self._runs).blocks()
            return
        self.spill()
        for piece in range(self.pieces):
            yield from spilled(self.folder, piece, self.pieces)


def spilled(folder: Path, piece: int, pieces: int) -> Iterator[tuple[pa.Buffer, int]]:
    """The rows of one of so many pieces of all files of a folder, in order, as bytes, with how many."""
    files = sorted(folder.glob(f"*{_SUFFIX}"))
    if files:
        yield from runs.read(files, piece, pieces).blocks()


def _no_room(folder: Path, error: OSError) -> Unavailable:
    what = f"masked rows could not be kept for sorting: {error.strerror or 'no room'}"
    return Unavailable(what, where=str(folder), hint="name a folder with room for the largest table: TMPDIR")
