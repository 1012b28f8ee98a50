"""The check after a copy on MariaDB or MySQL: the search that every engine has, and what only SQL can ask.

Shares nothing with the transforms.
"""

from __future__ import annotations

from collections.abc import Iterator

from anonymizer.mariadb import statements
from anonymizer.mariadb.connections import Session
from anonymizer.mariadb.side import MariadbSide, catalogue
from anonymizer.masks.mapped_keys import MappedKeys
from anonymizer.policies.plan import Plan
from anonymizer.policies.schema import Schema, Table
from anonymizer.proof.beyond import beyond
from anonymizer.proof.verification import Verification, checked


def verify(
    source: Session, target: Session, plan: Plan, there: Schema, *, keys: MappedKeys | None = None
) -> Verification:
    """Compares every masked or identifying place, searches all texts, counts rows, looks for orphans, and
    measures how exposed people are and how far what is true has moved.
    """
    orphans = (
        fault for copy in plan.copies for fault in _orphans(target, there.tables[copy.table.name], plan)
    )
    full = (
        f"{table.name}: is not empty" for table in plan.empties if target.one(statements.holds_rows(table))
    )
    sides = MariadbSide(session=source), MariadbSide(session=target)
    return checked(*sides, plan, catalogue(target), [*orphans, *full], keys=keys, rest=beyond(plan, there))


def _orphans(target: Session, table: Table, plan: Plan) -> Iterator[str]:
    copied = {copy.table.name for copy in plan.copies}
    for key in table.foreign_keys:
        count = int(target.one(statements.orphans(table, key)) or 0) if key.parent in copied else 0
        if count:
            yield f"{table.name}: {count} rows of {key.name} refer to nothing"
