"""The order in which a file's masked rows are written: by their masked keys, so that none tells the source's.

Sees masked rows only. What does not fit into memory goes through files of masked rows in a private folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import ipc

from anonymizer.files.side import texts
from anonymizer.pseudonyms import prf
from anonymizer.pseudonyms.keys import Key
from foundation.errors import Unavailable

# No column of a file has a name with this character in it.
_RANK, _PLACE = "\x1frank", "\x1fplace"
_IN_MEMORY = 64 << 20
# What was put aside is read back in so many pieces, one at a time.
_PIECES = 256
# Rows are handed on by so many, or so many bytes: a Parquet file's row groups are not made smaller.
_ROWS, _BYTES = 1 << 17, 32 << 20


def ranked(key: Key, rows: pa.Table, columns: Sequence[str]) -> pa.Table:
    """The masked rows with the rank of each: a keyed hash of its masked key."""
    keys = [texts(rows.column(name).combine_chunks()).fill_null("") for name in columns]
    whole = keys[0] if len(keys) == 1 else pc.binary_join_element_wise(*keys, "\x1f")
    first, _ = prf.words(key, "rank", prf.digests(key, whole))
    return rows.append_column(_RANK, pa.array(first))


@dataclass(frozen=True, kw_only=True)
class Order:
    """Puts the rows of one file in order, by way of a folder of its own."""

    folder: Path

    @property
    def places(self) -> Path:
        """A file that is there when all came: of each row in turn, where the source has it."""
        return self.folder / "places"

    def ordered(self, blocks: Iterator[pa.Table]) -> Iterator[pa.Table]:
        """The ranked rows in order, without their ranks. Nothing comes before all have been read."""
        sorter = _Sorter(folder=self.folder)
        with _room(self.folder):
            self.folder.mkdir()
            for block in blocks:
                sorter.add(block)
            with self.places.open("wb") as places:
                for rows in _grouped(sorter.sorted()):
                    places.write(rows.column(_PLACE).to_numpy().tobytes())
                    yield rows.drop_columns([_RANK, _PLACE])
            sorter.forget()


@dataclass(kw_only=True)
class _Sorter:
    """Takes ranked rows, and gives them by rank: from memory, or from files with a batch for every piece."""

    folder: Path
    _blocks: list[pa.Table] = field(repr=False, default_factory=list)
    _count: int = 0
    _size: int = 0
    _files: list[Path] = field(default_factory=list)

    def add(self, rows: pa.Table) -> None:
        if not rows.num_rows:
            return
        places = np.arange(self._count, self._count + rows.num_rows)
        self._blocks.append(_copied(rows.append_column(_PLACE, pa.array(places))))
        self._count += rows.num_rows
        self._size += rows.nbytes
        if self._size >= _IN_MEMORY:
            self._spill()

    def sorted(self) -> Iterator[pa.Table]:
        if not self._files:
            if self._blocks:
                yield _by_rank(self._blocks)
            return
        self._spill()
        for piece in range(_PIECES):
            yield _by_rank([_piece(file, piece) for file in self._files])

    def forget(self) -> None:
        for file in self._files:
            file.unlink()

    def _spill(self) -> None:
        if not self._blocks:
            return
        [batch] = _by_rank(self._blocks).combine_chunks().to_batches()
        ranks = batch.column(batch.schema.names.index(_RANK)).to_numpy()
        bounds = [0, *np.searchsorted(ranks, _bounds()).tolist(), len(ranks)]
        file = self.folder / f"{len(self._files)}.arrow"
        with ipc.new_file(str(file), batch.schema) as out:
            for first, end in pairwise(bounds):
                out.write_batch(batch.slice(first, end - first))
        self._blocks, self._size, self._files = [], 0, [*self._files, file]


@contextmanager
def _room(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"masked rows could not be kept for sorting: {error.strerror or 'no room'}"
        hint = "name a folder with room for the largest file: TMPDIR"
        raise Unavailable(what, where=str(folder), hint=hint) from None


def _copied(rows: pa.Table) -> pa.Table:
    """The same in memory of its own: what a worker gave is valid until its next."""
    content = pa.BufferOutputStream()
    with ipc.new_stream(content, rows.schema) as writer:
        writer.write_table(rows)
    return ipc.open_stream(content.getvalue()).read_all()


def _by_rank(blocks: Sequence[pa.Table]) -> pa.Table:
    whole = pa.concat_tables(blocks).unify_dictionaries().combine_chunks()
    return whole.take(pa.array(np.argsort(whole.column(_RANK).to_numpy(), kind="stable")))


def _bounds() -> NDArray[np.uint64]:
    """The least rank of every piece but the first."""
    return np.array([(piece << 64) // _PIECES for piece in range(1, _PIECES)], np.uint64)


def _piece(file: Path, piece: int) -> pa.Table:
    return pa.Table.from_batches([ipc.open_file(pa.memory_map(str(file))).get_batch(piece)])


def _grouped(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in tables neither small nor large."""
    waiting: list[pa.Table] = []
    for table in tables:
        step = max(1, min(_ROWS, table.num_rows * _BYTES // max(1, table.nbytes)))
        for at in range(0, table.num_rows, step):
            waiting.append(table.slice(at, step))
            if sum(map(len, waiting)) >= _ROWS or sum(one.nbytes for one in waiting) >= _BYTES:
                yield pa.concat_tables(waiting).unify_dictionaries()
                waiting = []
    if waiting:
        yield pa.concat_tables(waiting).unify_dictionaries()
