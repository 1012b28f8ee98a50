"""Shares the chunks of a copy out to workers, which read, mask and write. Goes on where a run stopped."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

import psycopg

from anonymizer.copying.how import Progress
from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.postgres import chunks, progress, sequences, views
from anonymizer.postgres.chunks import Chunk
from anonymizer.postgres.deferring import Stage, defer
from anonymizer.postgres.loading import owns
from anonymizer.postgres.progress import Written
from anonymizer.postgres.snapshots import Watch
from anonymizer.postgres.tasks import Copy, Done, Moved, Settle, Setup, Spill, Statement, Task
from anonymizer.postgres.workers import Workers


def prepare(source: psycopg.Connection, target: psycopg.Connection, plan: Plan, pages: int) -> None:
    """Writes the chunks, of so many pages, down and takes away what slows the copy down. The caller commits.

    Only an owner may do so. For any other role foreign keys stay, so every table is one chunk.
    """
    tables = [copy.table.identifier for copy in plan.copies]
    free = owns(target, tables)
    size = pages if free and chunks.can_split(source) else None
    cut = [chunk for copy in plan.copies for chunk in _cut(source, copy, size)]
    progress.begin(target, cut)
    if free:
        defer(target, tables)


def _cut(source: psycopg.Connection, copy: TablePlan, pages: int | None) -> Iterator[Chunk]:
    """A table's chunks; with no size, one a part."""
    parts = chunks.parts(source, copy.table)
    if pages is None:
        return chunks.whole(copy.table.name, parts)
    size = pages if copy.selected is None else copy.selected.spread(pages)
    return chunks.split(copy.table.name, parts, size)


def senders(source: psycopg.Connection, plan: Plan) -> dict[str, dict[str, tuple[str, str]]]:
    """By table and column: the function that sends its values as bytes that mean the same anywhere."""
    found = {}
    for copy in plan.copies:
        rows = source.execute(_SENDERS, [copy.table.identifier.as_string(source)]).fetchall()
        found[copy.table.name] = {name: (schema, function) for name, schema, function in rows}
    return found


@dataclass(frozen=True, kw_only=True)
class Copied:
    """The rows by table, and what to say of what stands around them and is not as in the source."""

    rows: Mapping[str, int]
    remarks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Copying:
    """A copy under way: the target says what is still to be done."""

    target: psycopg.Connection
    # In no snapshot: for what stands around the rows.
    source: psycopg.Connection
    plan: Plan
    setup: Setup
    workers: Workers
    progress: Progress
    watch: Watch
    # How many pieces of each table wait, masked, to be sorted.
    _aside: Counter[str] = field(default_factory=Counter)

    def run(self) -> Copied:
        """Copies what is missing and gives back what was taken away."""
        for tables in self._groups():
            self._spill(tables)
            self._recheck(tables)
            todo, _ = progress.chunks(self.target)
            for group in self._orderly([chunk for chunk in todo if chunk.table in tables]):
                self._done(Copy(chunk=chunk, pieces=self._pieces[chunk.table]) for chunk in group)
            self._forget()
        self._give_back()
        remarks = views.fill(self.target, self.source)
        self._done(Settle(table=copy.table.name) for copy in self.plan.copies)
        remarks += sequences.go_on(self.target, self.source, self.plan)
        return Copied(rows=progress.rows_by_table(self.target), remarks=tuple(remarks))

    def _give_back(self) -> None:
        waiting = progress.deferred(self.target)
        for stage in Stage:
            given = [one for one in waiting if one.stage == stage]
            for together in [given] if stage == Stage.INDEX else [[one] for one in given]:
                self._done(Statement(deferred=one) for one in together)
                left = len(progress.deferred(self.target))
                self.progress("indexes, keys and triggers", len(waiting) - left, len(waiting))

    def _groups(self) -> Iterator[set[str]]:
        """Tables that are copied together: those of one chunk, and each other alone, to spare the disk."""
        alone = [name for name, pieces in self._pieces.items() if pieces > 1]
        if not owns(self.target, [copy.table.identifier for copy in self.plan.copies]):
            yield from ({copy.table.name} for copy in self.plan.copies)
            return
        yield from ({name} for name in alone)
        yield set(self._pieces).difference(alone)

    @cached_property
    def _pieces(self) -> Mapping[str, int]:
        """How many chunks each table has."""
        todo, written = progress.chunks(self.target)
        return Counter(chunk.table for chunk in [*todo, *(one.chunk for one in written)])

    def _spill(self, tables: Set[str]) -> None:
        """Puts aside the rows of tables of several chunks: each piece has rows of all of them."""
        todo, written = progress.chunks(self.target)
        missing = {chunk.table for chunk in todo} | {chunk.table for chunk in self._old(written)}
        self._done(
            Spill(chunk=chunk, pieces=self._pieces[chunk.table])
            for chunk in [*todo, *(one.chunk for one in written)]
            if chunk.table in tables & missing and self._pieces[chunk.table] > 1
        )

    def _forget(self) -> None:
        for folder in self.setup.folder.iterdir():
            shutil.rmtree(folder)

    def _old(self, written: Sequence[Written]) -> dict[Chunk, Written]:
        return {one.chunk: one for one in written if one.snapshot != self.setup.mark}

    def _recheck(self, tables: Set[str]) -> None:
        """Chunks of another snapshot stay only where this one gives the same rows."""
        _, written = progress.chunks(self.target)
        old = {chunk: one for chunk, one in self._old(written).items() if chunk.table in tables}
        tasks = [
            Copy(chunk=chunk, pieces=self._pieces[chunk.table], known=(one.rows, one.digest))
            for chunk, one in old.items()
        ]
        for done in self._done(tasks):
            assert isinstance(done.task, Copy)
            was = old[done.task.chunk]
            with self.target.transaction():
                if done.same:
                    progress.adopt(self.target, was.chunk, self.setup.mark)
                else:
                    progress.remove(self.target, was, self._plan(was.chunk).table.identifier)

    def _orderly(self, todo: Sequence[Chunk]) -> Iterator[list[Chunk]]:
        """All at once where no foreign key is in force; otherwise table by table, parents first."""
        if owns(self.target, [copy.table.identifier for copy in self.plan.copies]):
            yield list(todo)
        else:
            yield from ([chunk] for chunk in todo)

    def _done(self, tasks: Iterable[Task]) -> list[Done]:
        done = []
        rows = progress.rows_by_table(self.target)
        for event in self.workers.run(tasks):
            self._look()
            if isinstance(event, Moved):
                rows[event.table] += event.rows
                self.progress(event.table, rows[event.table], self._expected[event.table])
            elif isinstance(event, Done):
                done.append(event)
                self._put_aside(event.task)
        return done

    def _put_aside(self, task: Task) -> None:
        if isinstance(task, Spill):
            self._aside[task.chunk.table] += 1
            count = self._aside[task.chunk.table]
            self.progress(f"masked pieces of {task.chunk.table}", count, task.pieces)

    def _look(self) -> None:
        cost = self.watch.look()
        if cost is not None:
            most = self.watch.limit or max(cost.age, 1)
            self.progress("snapshot, transactions behind", cost.age, most)
            self.progress("WAL since the snapshot, MiB", cost.wal >> 20, max(cost.wal >> 20, 1))

    @property
    def _expected(self) -> Mapping[str, int]:
        return {copy.table.name: copy.table.rows for copy in self.plan.copies}

    def _plan(self, chunk: Chunk) -> TablePlan:
        return next(copy for copy in self.plan.copies if copy.table.name == chunk.table)


# Not where an array or a range holds a type made in this database: its number is another one elsewhere. Nor
# where a value is a number that stands for a name (regclass, regtype, …): as text it travels as its name.
_SENDERS = """
WITH RECURSIVE base AS (
    SELECT a.attname, a.atttypid AS oid FROM pg_attribute a
     WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
    UNION
    SELECT base.attname, t.typbasetype FROM base JOIN pg_type t ON t.oid = base.oid AND t.typtype = 'd'
)
SELECT base.attname, n.nspname, p.proname
  FROM base JOIN pg_type t ON t.oid = base.oid
  JOIN pg_proc p ON p.oid = t.typsend JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE (t.typtype IN ('b', 'e') AND t.typelem < 16384 OR t.typtype IN ('r', 'm') AND t.oid < 16384)
   AND NOT EXISTS (SELECT FROM pg_type r WHERE r.oid IN (t.oid, t.typelem) AND r.typname LIKE 'reg%%'
                      AND r.typnamespace = 'pg_catalog'::regnamespace)"""
