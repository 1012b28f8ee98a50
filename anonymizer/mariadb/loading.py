"""What a MariaDB or MySQL table needs once its rows are there. Decides nothing about the rows."""

from __future__ import annotations

from anonymizer.mariadb import statements
from anonymizer.mariadb.connections import Session
from anonymizer.policies.schema import Table


def settle(target: Session, table: Table) -> None:
    """Lets the table's AUTO_INCREMENT go on after its greatest value, and gathers statistics."""
    name = statements.quoted(table.relation)
    if target.one(_COUNTS, [table.relation]) is not None:
        # 1 is too small and so becomes the next: rows that were written and removed again leave no trace.
        target.do(f"ALTER TABLE {name} AUTO_INCREMENT = 1")
    target.do(f"ANALYZE TABLE {name}")


_COUNTS = """
SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s"""
