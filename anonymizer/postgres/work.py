"""What one worker process does: a chunk is read, masked and written; unmasked rows are only in its memory."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path

import psycopg
import pyarrow as pa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from psycopg import sql

from anonymizer.copying.ordering import Sorter, ranks, spilled
from anonymizer.copying.overlap import ahead
from anonymizer.copying.runs import Ranks
from anonymizer.masks.masking import TableMask, masked_batch, table_mask, unquoted
from anonymizer.memory import never_dumped
from anonymizer.policies.plan import TablePlan
from anonymizer.postgres import progress
from anonymizer.postgres.chunks import Chunk, rows_of
from anonymizer.postgres.connections import session
from anonymizer.postgres.loading import analyse
from anonymizer.postgres.reading import Reader, reader
from anonymizer.postgres.refusals import Written, translated
from anonymizer.postgres.tasks import (
    WRITING,
    Copy,
    Done,
    Event,
    Failed,
    Moved,
    Settle,
    Setup,
    Spill,
    Statement,
    Task,
)
from anonymizer.postgres.wire import Wire, wire
from anonymizer.pseudonyms.keys import Key
from foundation.errors import PeakproofError

_PART = 1 << 20
_LOCK = "SELECT pg_advisory_lock_shared(%s)"


def work(pipe: Connection) -> None:
    """The life of a worker: the setup, then task after task, until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command is told, and tells us
    never_dumped()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pa.set_cpu_count(1)
    try:
        setup: Setup = pipe.recv()
        for event in _events(setup, pipe):
            pipe.send(event)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass
    except PeakproofError as error:
        pipe.send(Failed.of(error))
    except Exception as error:  # noqa: BLE001 - a bug of ours; its text might quote a row
        pipe.send(
            Failed.of(PeakproofError(f"a worker failed with {type(error).__name__}", where=_line(error)))
        )


def _line(error: BaseException) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


def _events(setup: Setup, pipe: Connection) -> Iterator[Event]:
    with (
        session(setup.target, "target") as target,
        reader(setup.source, setup.snapshot, rate=setup.rate) as source,
    ):
        target.execute(_LOCK, [WRITING])
        copier = Copier(setup, source, target)
        while True:
            task: Task = pipe.recv()
            if isinstance(task, Statement):
                copier.give_back(task)
                yield Done(task=task)
            elif isinstance(task, Settle):
                copier.settle(task)
                yield Done(task=task)
            elif isinstance(task, Spill):
                copier.spill(task)
                yield Done(task=task)
            elif task.known is None:
                yield from copier.copied(task)
            else:
                yield Done(task=task, same=copier.digested(task) == task.known)


class Copier:
    """Copies chunks over one pair of connections."""

    def __init__(self, setup: Setup, source: Reader, target: psycopg.Connection) -> None:
        self._setup, self._source, self._target = setup, source, target
        self._key = Key(setup.key)
        self._plans = {copy.table.name: copy for copy in setup.plan.copies}
        self._ready: dict[str, tuple[TableMask, Wire]] = {}

    def copied(self, task: Copy) -> Iterator[Event]:
        """Writes the chunk and its mark in one transaction."""
        chunk = task.chunk
        plan = self._plans[chunk.table]
        digest, rows = self._digest(chunk), 0
        head, tail = self._wire(plan).head, self._wire(plan).tail
        with translated(f"target, {chunk.table}", written(plan)), self._target.transaction():
            with self._target.cursor().copy(self._into(plan)) as copy:
                copy.write(head)
                with closing(ahead(self._ordered(task))) as blocks:
                    for block, count in blocks:
                        for part in _parts(block):
                            copy.write(part)
                            digest.update(part)
                        rows += count
                        yield Moved(table=chunk.table, rows=count)
                copy.write(tail)
            progress.mark(self._target, chunk, self._setup.mark, rows, digest.value())
        yield Done(task=task)

    def give_back(self, task: Statement) -> None:
        """Gives the target back what was taken away: here unique and foreign keys meet the rows."""
        # The server spells the name as SQL does.
        name = task.deferred.table.replace('"', "").removeprefix("public.")
        plan = self._plans.get(name)
        with translated(f"target, {name}", written(plan) if plan else None):
            progress.give_back(self._target, task.deferred)

    def settle(self, task: Settle) -> None:
        """What a table needs once its rows are there."""
        with translated(f"target, {task.table}"):
            analyse(self._target, self._plans[task.table].table.identifier)

    def spill(self, task: Spill) -> None:
        """Puts the masked rows of a chunk aside, for whoever writes the table's pieces."""
        name = task.chunk.table
        sorter = Sorter(folder=self._folder(name), label=task.chunk.label, pieces=task.pieces)
        for rows, rank in self._masked(task.chunk):
            sorter.add(rows, rank)
        sorter.spill()

    def _ordered(self, task: Copy) -> Iterator[tuple[pa.Buffer, int]]:
        """The rows in the order of their masked keys."""
        chunk = task.chunk
        if task.pieces > 1:
            yield from spilled(self._folder(chunk.table), chunk.number, task.pieces)
            return
        sorter = Sorter(folder=self._folder(chunk.table), label=chunk.label)
        for rows, rank in self._masked(chunk):
            sorter.add(rows, rank)
        yield from sorter.blocks()

    def _folder(self, table: str) -> Path:
        return self._setup.folder / hashlib.sha256(table.encode()).hexdigest()[:24]

    def digested(self, task: Copy) -> tuple[int, bytes]:
        """Rows and digest of what would be written. Writes nothing."""
        digest, rows = self._digest(task.chunk), 0
        for block, count in self._ordered(task):
            digest.update(memoryview(block).cast("B"))
            rows += count
        return rows, digest.value()

    def _digest(self, chunk: Chunk) -> Digest:
        return Digest(self._key.derive("chunk", chunk.table, str(chunk.number)))

    def _masked(self, chunk: Chunk) -> Iterator[tuple[pa.Array, Ranks]]:
        plan, key = self._plans[chunk.table], self._key.derive("order", chunk.table)
        query = sql.SQL("SELECT {} FROM {}").format(self._wire(plan).selected, rows_of(plan, chunk))
        for batch in self._source.batches(query, f"source, {chunk.table}"):
            yield self._of_batch(plan, key, batch)

    def _of_batch(self, plan: TablePlan, key: Key, batch: pa.RecordBatch) -> tuple[pa.Array, Ranks]:
        mask, how = self._bound(plan)
        masked = masked_batch(plan, mask, how.texts(batch))
        with unquoted(plan):
            rows = how.rows(batch, masked)
            keys = {name: how.column(name, batch, masked) for name in plan.table.primary_key}
            return rows, ranks(key, plan, keys, rows)

    def _bound(self, plan: TablePlan) -> tuple[TableMask, Wire]:
        name = plan.table.name
        if name not in self._ready:
            how = wire(plan, self._setup.senders[name])
            self._ready[name] = table_mask(plan, self._setup.plan.source, self._key), how
        return self._ready[name]

    def _wire(self, plan: TablePlan) -> Wire:
        return self._bound(plan)[1]

    def _into(self, plan: TablePlan) -> sql.Composed:
        how = self._wire(plan)
        return sql.SQL("COPY {} {} FROM STDIN (FORMAT {})").format(
            plan.table.identifier, how.columns, how.format
        )


def written(plan: TablePlan) -> Written:
    """What the table's errors are told by."""
    keys = {key.name: key.columns for key in plan.table.foreign_keys}
    return Written(masked=plan.masked, keys={**plan.table.unique, **keys})


def _parts(block: pa.Buffer) -> Iterator[memoryview]:
    """A block that a large value makes large is sent in parts: the driver copies what it gets."""
    whole = memoryview(block).cast("B")
    for at in range(0, len(whole), _PART):
        yield whole[at : at + _PART]


class Digest:
    """What was sent, by AES-GMAC; every chunk has a key of its own, so the nonce is constant."""

    def __init__(self, key: Key) -> None:
        self._encryptor = Cipher(algorithms.AES(key.aes()), modes.GCM(bytes(12))).encryptor()

    @property
    def update(self) -> Callable[[memoryview], None]:
        return self._encryptor.authenticate_additional_data

    def value(self) -> bytes:
        """16 bytes; nothing can be added any more."""
        self._encryptor.finalize()
        return self._encryptor.tag
