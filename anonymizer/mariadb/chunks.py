"""How a big table is copied in pieces: ranges of its key, in the key's order. Pure.

InnoDB keeps rows in that order, so a range is read by itself, and many ranges as one stream.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from anonymizer.mariadb import statements
from anonymizer.policies.plan import TablePlan
from anonymizer.policies.schema import Column, Table
from anonymizer.transforms import DROP, KEEP
from anonymizer.transforms.base import INTEGERS, TEXT

# A row's key, its columns as texts.
Key = tuple[str, ...]

_NUMBERS = frozenset({*INTEGERS, "numeric", "boolean"})
_ORDERED = frozenset({
    *_NUMBERS, *TEXT, "bytea", "date", "timestamp without time zone", "timestamp with time zone",
})  # fmt: skip
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_HEXADECIMAL = re.compile(r"([0-9A-Fa-f]{2})*")


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """The rows after `first` up to `end`, that one included; None: from the first, to the last there is."""

    table: str
    number: int
    first: Key | None = field(default=None, repr=False)
    end: Key | None = field(default=None, repr=False)


def clustered(table: Table) -> tuple[str, ...]:
    """The columns in whose order InnoDB keeps a table; none where it counts rows as they come."""
    if table.primary_key:
        return table.primary_key
    return next((columns for columns in table.unique.values() if _never_null(table, columns)), ())


def _never_null(table: Table, columns: Sequence[str]) -> bool:
    return not any(table.columns[name].nullable for name in columns)


def ordering(plan: TablePlan) -> tuple[str, ...]:
    """The key that a table is divided by; none: it is one chunk, as its key's order is no other's."""
    names = clustered(plan.table)
    fits = all(
        name in plan.rules
        and plan.rules[name].transform != DROP
        and plan.table.columns[name].base in _ORDERED
        for name in names
    )
    return names if fits else ()


def source_rows(plan: TablePlan, chunk: Chunk) -> str:
    """What stands after FROM when the chunk's rows are read, in the key's order."""
    names = ordering(plan)
    conditions = [*within(plan.table, names, chunk), *([f"({plan.filter}\n)"] if plan.filter else [])]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    order = f" ORDER BY {statements.quoted(*names)}" if names else ""
    return f"{statements.quoted(plan.table.relation)}{where}{order}"


def within(table: Table, names: Sequence[str], chunk: Chunk) -> list[str]:
    """Conditions that are true for the chunk's rows."""
    found = []
    if chunk.first is not None:
        found.append(_compared(table, names, chunk.first, ">", ">"))
    if chunk.end is not None:
        found.append(_compared(table, names, chunk.end, "<", "<="))
    return found


def found_again(plan: TablePlan) -> bool:
    """Whether a chunk's rows are found in the target by the same key, compared as in the source."""
    names = ordering(plan)
    kept = all(plan.rules[name].transform == KEEP for name in names)
    return bool(names) and kept and not any(plan.table.columns[name].base in TEXT for name in names)


def removal(plan: TablePlan, chunk: Chunk) -> str:
    """Removes a chunk's rows from the target, where they are `found_again`."""
    conditions = within(plan.table, ordering(plan), chunk) or ["TRUE"]
    rows = statements.quoted(plan.table.relation)
    return f"DELETE FROM {rows} WHERE {' AND '.join(conditions)}"  # noqa: S608 - names, quoted


def _compared(table: Table, names: Sequence[str], key: Key, before: str, last: str) -> str:
    """Column by column: neither server looks up the range of a row of several."""
    literals = [_literal(table.columns[name], text) for name, text in zip(names, key, strict=True)]
    ways = []
    for at, name in enumerate(names):
        same = [f"{statements.quoted(names[one])} = {literals[one]}" for one in range(at)]
        sign = last if at == len(names) - 1 else before
        ways.append(" AND ".join([*same, f"{statements.quoted(name)} {sign} {literals[at]}"]))
    return "(" + " OR ".join(f"({way})" for way in ways) + ")"


def _literal(column: Column, text: str) -> str:
    """A value that is compared as its column's type. Raises ValueError: no such value."""
    if column.base in _NUMBERS or column.base == "bytea":
        if not (_HEXADECIMAL if column.base == "bytea" else _NUMBER).fullmatch(text):
            raise ValueError("not the text of such a value")
        return f"x'{text}'" if column.base == "bytea" else text
    return "'" + text.replace("'", "''") + "'"
