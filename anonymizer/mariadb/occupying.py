"""Who may write into a target, and whether it goes on or begins: one run at a time, into empty tables.

Nothing here is undone when a transaction is: on this engine making and emptying tables commits at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from anonymizer.copying import targets
from anonymizer.mariadb import progress, receipts, statements
from anonymizer.mariadb.connections import Session
from anonymizer.policies.schema import Table
from foundation.receipts import Receipt

# A server needs a moment to see that a killed command is gone, the more when it was in the midst of writing.
_PATIENCE = 5  # seconds


@contextmanager
def alone(target: Session) -> Iterator[None]:
    """Raises Refused while another run writes. The server gives the lock back when the session ends."""
    if target.one("SELECT GET_LOCK(CONCAT('peakproof-', MD5(DATABASE())), %s)", [_PATIENCE]) != 1:
        raise targets.another_run()
    yield


def goes_on(target: Session, receipt: Receipt) -> bool:
    """Whether the target holds a part of the very same run."""
    return targets.goes_on(receipts.read(target), receipt, under_way=progress.exists(target))


def make_room(target: Session, tables: Sequence[Table], receipt: Receipt, *, replace_rows: bool) -> None:
    """Refuses tables with rows, or removes them; marks the target incomplete."""
    full = [table for table in tables if target.one(statements.holds_rows(table))]
    under_way = progress.exists(target)
    targets.refuse_full([one.name for one in full], under_way=under_way, replace_rows=replace_rows)
    progress.end(target)  # first: marks must never outlive the rows that they tell of
    receipts.store(target, receipt)
    empty(target, full)


def clear(target: Session, tables: Sequence[Table]) -> None:
    """Empties the tables: what was copied cannot stay."""
    progress.end(target)
    empty(target, tables)


def empty(target: Session, tables: Sequence[Table]) -> None:
    """Empties tables, whatever refers to them."""
    target.do("SET foreign_key_checks = 0")
    for table in tables:
        target.do(f"TRUNCATE TABLE {statements.quoted(table.relation)}")
