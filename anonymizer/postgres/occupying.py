"""Who may write into a target, and whether it goes on or begins: one run at a time, into an empty database.

What a run took away from the target is given back before another one begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql

from anonymizer.copying import targets
from anonymizer.policies.schema import Table
from anonymizer.postgres import progress
from anonymizer.postgres.tasks import WRITING
from foundation.receipts import Receipt, read, store

_RUNNING = 0x7065616B_72756E00


@contextmanager
def alone(target: psycopg.Connection) -> Iterator[None]:
    """Raises Refused while another run writes; ends what is left of one that was killed."""
    if not _got(target.execute("SELECT pg_try_advisory_lock(%s)", [_RUNNING])):
        raise targets.another_run()
    target.execute(_END_WRITERS, [WRITING >> 32, WRITING & 0xFFFFFFFF])
    target.execute("SELECT pg_advisory_lock(%s), pg_advisory_unlock(%s)", [WRITING, WRITING])
    try:
        yield
    finally:
        # At once, not when the server notices that the connection is gone: the next run may be waiting.
        with suppress(psycopg.Error):
            target.execute("SELECT pg_advisory_unlock(%s)", [_RUNNING])


def goes_on(target: psycopg.Connection, receipt: Receipt) -> bool:
    """Whether the target holds a part of the very same run."""
    return targets.goes_on(read(target), receipt, under_way=progress.exists(target))


def make_room(
    target: psycopg.Connection, tables: Sequence[Table], receipt: Receipt, *, replace_rows: bool
) -> None:
    """Refuses tables with rows, or removes them; marks the target incomplete. The caller commits."""
    full = [table.name for table in tables if _holds_rows(target, table)]
    under_way = progress.exists(target)
    targets.refuse_full(full, under_way=under_way, replace_rows=replace_rows)
    store(target, receipt)
    if full or under_way:
        clear(target, tables)


def clear(target: psycopg.Connection, tables: Sequence[Table]) -> None:
    """Empties the tables and gives back what was taken away. The caller commits."""
    names = sql.SQL(", ").join(table.identifier for table in tables)
    target.execute(sql.SQL("TRUNCATE {}").format(names))
    if progress.exists(target):
        for one in progress.deferred(target):
            progress.give_back(target, one)
    progress.end(target)


def _holds_rows(target: psycopg.Connection, table: Table) -> bool:
    return _got(target.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(table.identifier)))


def _got(cursor: psycopg.Cursor) -> bool:
    row = cursor.fetchone()
    return bool(row and row[0])


# A worker whose machine is gone may be waited for by its server a long time.
_END_WRITERS = """
SELECT pg_terminate_backend(pid) FROM pg_locks
 WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND classid = %s AND objid = %s AND objsubid = 1 AND pid <> pg_backend_pid()"""
