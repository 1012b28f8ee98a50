"""Copies tables chunk by chunk: reading, masking and writing overlap. Goes on where a run stopped.

Unmasked rows are only in this process's memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

import pyarrow as pa

from anonymizer.copying.how import Progress
from anonymizer.copying.ordering import Sorter, ranks
from anonymizer.copying.overlap import ahead
from anonymizer.mariadb import chunks, occupying, statements
from anonymizer.mariadb.chunks import Chunk
from anonymizer.mariadb.connections import Session
from anonymizer.mariadb.loading import transaction
from anonymizer.mariadb.progress import Marks, Written
from anonymizer.mariadb.reading import Pace, blocks
from anonymizer.masks.masking import masked_batch, table_mask
from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.pseudonyms.keys import Key
from foundation.errors import InputError

# Below the default max_allowed_packet of every version: 16 MiB of MariaDB, 4 MiB of old MySQL.
_STATEMENT = 2 << 20


@dataclass(frozen=True, kw_only=True)
class Block:
    """Rows in the form in which they are sent, one body a statement; `last`: the source's key of the last."""

    bodies: tuple[memoryview, ...]
    rows: int
    last: chunks.Key | None = None


@dataclass(frozen=True, kw_only=True)
class Copying:
    """A copy under way: the target says what is still to be done. `source` stands in a read snapshot."""

    source: Session
    target: Session
    plan: Plan
    key: Key
    progress: Progress
    pace: Pace
    # Where masked rows may be put aside: a folder that nobody else reads.
    folder: Path
    # How many blocks make a chunk: some seconds of work, lost when it is cut short.
    blocks: int

    def run(self) -> dict[str, int]:
        """Copies what is missing. Returns the rows by table."""
        self.target.do("SET foreign_key_checks = 0")
        return {copy.table.name: self._table(copy) for copy in self.plan.copies}

    def _table(self, copy: TablePlan) -> int:
        marks = self._kept(copy)
        if not marks:
            self._empty(copy)
        rows = sum(one.rows for one in marks)
        last = marks[-1].chunk if marks else Chunk(table=copy.table.name, number=-1)
        if marks and last.end is None:
            return rows
        return rows + self._rest(copy, replace(last, number=last.number + 1, first=last.end, end=None), rows)

    def _rest(self, copy: TablePlan, chunk: Chunk, rows: int) -> int:
        """Writes all that comes after a chunk's start, in as many chunks as it needs. Returns the rows."""
        added, divided = 0, self.blocks if chunks.ordering(copy) else None
        with closing(ahead(self._masked(copy, chunk))) as made:
            while True:
                with transaction(self.target, f"target, {copy.table.name}"):
                    written = self._write(copy, chunk, made, divided, rows + added)
                added += written.rows
                if written.chunk.end is None:
                    return added
                chunk = replace(chunk, number=chunk.number + 1, first=written.chunk.end)

    def _write(
        self, copy: TablePlan, chunk: Chunk, made: Iterator[Block], most: int | None, before: int
    ) -> Written:
        """Writes a chunk, of `most` blocks where there are more, and its mark."""
        digest, rows = self._digest(chunk), 0
        for taken, block in enumerate(islice(made, most), 1):
            for body in block.bodies:
                self.target.write(statements.insert(copy.table, copy.rules, body))
                digest.update(body)
            rows += block.rows
            if taken == most:
                chunk = replace(chunk, end=block.last)
            self.progress(chunk.table, before + rows, copy.table.rows)
        written = Written(chunk=chunk, rows=rows, digest=digest.digest())
        self._marks.put(written)
        return written

    def _kept(self, copy: TablePlan) -> list[Written]:
        """What stands in the target as this snapshot has it; other chunks are written anew, or removed."""
        for was in self._marks.of(copy.table.name):
            if self._digested(copy, was.chunk) == (was.rows, was.digest):
                continue
            if not self._rewritten(copy, was.chunk):
                self._marks.forget_all(copy.table.name)
                return []
        return self._marks.of(copy.table.name)

    def _rewritten(self, copy: TablePlan, chunk: Chunk) -> bool:
        """Whether the chunk's rows could be taken out and written anew, without the rest of the table."""
        if not chunks.found_again(copy):
            return False
        try:
            with transaction(self.target, f"target, {copy.table.name}"):
                self.target.do(chunks.removal(copy, chunk))
                if chunk.end is None:  # more may have come: they are written in chunks of the usual size
                    self._marks.forget(chunk)
                    return True
                with closing(ahead(self._masked(copy, chunk))) as made:
                    self._write(copy, chunk, made, None, 0)
        except InputError:  # a value has moved here from a chunk that still has it
            return False
        return True

    def _digested(self, copy: TablePlan, chunk: Chunk) -> tuple[int, bytes]:
        """Rows and digest of what would be written. Writes nothing."""
        digest, rows = self._digest(chunk), 0
        with closing(ahead(self._masked(copy, chunk))) as made:
            for block in made:
                for body in block.bodies:
                    digest.update(body)
                rows += block.rows
        return rows, digest.digest()

    def _empty(self, copy: TablePlan) -> None:
        """Rows without a mark are those of a run that was cut short while it removed them."""
        if self.target.one(statements.holds_rows(copy.table)):
            occupying.empty(self.target, [copy.table])

    def _digest(self, chunk: Chunk) -> hashlib.blake2b:
        key = self.key.derive("chunk", chunk.table, str(chunk.number)).digest()
        return hashlib.blake2b(key=key, digest_size=16)

    @cached_property
    def _marks(self) -> Marks:
        return Marks(target=self.target, key=self.key.derive("marks"))

    def _masked(self, copy: TablePlan, chunk: Chunk) -> Iterator[Block]:
        with closing(ahead(self._read(copy, chunk))) as read:
            if chunks.clustered(copy.table):
                yield from self._in_turn(copy, read)
            else:
                yield from self._shuffled(copy, read)

    def _read(self, copy: TablePlan, chunk: Chunk) -> Iterator[pa.Table]:
        rows = chunks.source_rows(copy, chunk)
        query = f"SELECT {statements.line(copy)} FROM {rows}"  # noqa: S608 - names, quoted
        return blocks(self.source, query, list(copy.rules), copy.table.name, self.pace)

    def _in_turn(self, copy: TablePlan, read: Iterator[pa.Table]) -> Iterator[Block]:
        """As they were read: the target keeps rows in the order of their masked keys by itself."""
        names = chunks.ordering(copy)
        for block, rows in self._tuples(copy, read):
            last = tuple(block.column(name)[-1].as_py() for name in names)
            yield Block(bodies=tuple(statements.bodies(rows, _STATEMENT)), rows=len(rows), last=last)

    def _shuffled(self, copy: TablePlan, read: Iterator[pa.Table]) -> Iterator[Block]:
        """In an order of their own: the target keeps rows without a key as they come."""
        key = self.key.derive("order", copy.table.name)
        sorter = Sorter(folder=self.folder, label=copy.table.name)
        for _, rows in self._tuples(copy, read):
            sorter.add(rows, ranks(key, copy, {}, rows.cast(pa.binary())))
        for body, count in sorter.blocks():
            yield Block(bodies=(memoryview(body),), rows=count)

    def _tuples(self, copy: TablePlan, read: Iterator[pa.Table]) -> Iterator[tuple[pa.Table, pa.Array]]:
        """Each block as it was read, and its masked rows as they are written."""
        mask = table_mask(copy, self.plan.source, self.key)
        for block in read:
            masked = masked_batch(copy, mask, block)
            try:
                yield block, statements.tuples(copy.table.columns, masked)
            except ValueError:
                what, hint = (
                    "a masked value is no such bytes or bits",
                    "choose a transform that fits the column",
                )
                raise InputError(what, where=f"target, {copy.table.name}", hint=hint) from None
