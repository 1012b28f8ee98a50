"""What loading rows into a MariaDB or MySQL database takes. Decides nothing about the rows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress

import pymysql

from anonymizer.mariadb import statements
from anonymizer.mariadb.connections import Session, decoded, translated
from anonymizer.policies.schema import Table
from foundation.errors import InputError


@contextmanager
def transaction(target: Session, where: str) -> Iterator[None]:
    """All that is written inside, or nothing of it. The driver's errors are told as of `where`."""
    with translated(where):
        target.do("START TRANSACTION")
        try:
            yield
            target.driver.commit()
        except BaseException:
            with suppress(pymysql.Error):  # a connection that is lost has rolled back already
                target.driver.rollback()
            raise


def refuse_orphans(target: Session, table: Table) -> None:
    """Raises InputError: rows that refer to nothing, which were not checked one by one."""
    for key in table.foreign_keys:
        count = int(target.one(statements.orphans(table, key)) or 0)
        if count:
            what = f"{count} rows of {key.name} would refer to nothing"
            hint = "copy their parents too, or filter both alike; nothing was written"
            raise InputError(what, where=f"target, {table.name}", hint=hint)


def settle(target: Session, table: Table, masked: Collection[str] = ()) -> None:
    """Lets what numbers the table's rows go on after the greatest value, and gathers statistics.

    Of `masked` columns the keys are clear of their sequences, which begin where they began.
    """
    name = statements.quoted(table.relation)
    if target.one(_COUNTS, [table.relation]) is not None:
        # 1 is too small and so becomes the next: rows that were written and removed again leave no trace.
        target.do(f"ALTER TABLE {name} AUTO_INCREMENT = 1")
    for column, default in target.rows(_SEQUENCES, [table.relation]):
        sequence = _NEXT.fullmatch(decoded(default))
        if sequence and decoded(column) not in masked:
            greatest = target.one(f"SELECT MAX({statements.quoted(decoded(column))}) FROM {name}")  # noqa: S608
            if greatest is not None:
                target.rows(f"SELECT SETVAL({sequence[1]}, {int(greatest)})")
    target.do(f"ANALYZE TABLE {name}")


_NEXT = re.compile(r"nextval\((.*)\)", re.IGNORECASE)
_COUNTS = """
SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s"""
_SEQUENCES = """
SELECT COLUMN_NAME, COLUMN_DEFAULT FROM information_schema.COLUMNS
 WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s AND COLUMN_DEFAULT LIKE 'nextval(%%'"""
