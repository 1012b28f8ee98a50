"""The SQL of this engine: reading a row as one line of CSV, writing many rows as one INSERT. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anonymizer.policies.plan import TablePlan
from anonymizer.policies.schema import Column, ForeignKey, Table
from anonymizer.transforms import DROP

_HEXADECIMAL = r"^([0-9A-Fa-f]{2})*$"
_DIGITS = r"^[0-9]+$"


def quoted(*names: str) -> str:
    """Identifiers as SQL writes them (ANSI_QUOTES), with commas between."""
    return ", ".join('"' + name.replace('"', '""') + '"' for name in names)


def holds_rows(table: Table) -> str:
    """Asks whether a table has any row."""
    return f"SELECT EXISTS (SELECT 1 FROM {quoted(table.relation)})"  # noqa: S608 - a name, quoted


def rows_of(plan: TablePlan) -> str:
    """What stands after FROM when the source's rows are read."""
    name = quoted(plan.table.relation)
    # A condition may end in a comment: the line ends before the bracket does.
    return name if plan.filter is None else f"{name} WHERE ({plan.filter}\n)"


def line(plan: TablePlan) -> str:
    """The row's columns as a line of CSV; what is dropped is not even read."""
    return csv(
        "NULL" if rule.transform == DROP else text(plan.table.columns[name])
        for name, rule in plan.rules.items()
    )


def csv(texts: Iterable[str]) -> str:
    """One text expression of several: a line of CSV, every value quoted, NULL as nothing, the line's end."""
    return f"CONCAT({fields(texts)}, '\n')"


def fields(texts: Iterable[str]) -> str:
    """One text expression of several, which is equal where all of them are."""
    return "CONCAT(" + ", ',', ".join(map(_field, texts)) + ")"


def _field(text: str) -> str:
    return f"""IFNULL(CONCAT('"', REPLACE({text}, '"', '""'), '"'), '')"""


def text(column: Column) -> str:
    """The column's value as text that gives back the same value."""
    name = quoted(column.name)
    if column.base == "bytea" or column.base not in _AS_TEXT:
        return f"HEX({name})"
    if column.base == "bit":
        return f"CAST({name} + 0 AS CHAR)"
    # A float prints six digits; as a double it has them all.
    return f"CAST(CAST({name} AS DOUBLE) AS CHAR)" if column.base == "real" else f"CAST({name} AS CHAR)"


_AS_TEXT = frozenset({
    "smallint", "integer", "bigint", "numeric", "real", "double precision", "boolean", "bit", "character",
    "character varying", "text", "enum", "set", "json", "jsonb", "uuid", "inet", "date",
    "timestamp without time zone", "timestamp with time zone", "time without time zone",
})  # fmt: skip


def tuples(columns: Mapping[str, Column], rows: pa.Table) -> pa.Array:
    """Each row (texts, as they were read) as one of many in an INSERT: "(…),". Shape: one binary a row.

    Every value is a quoted literal (NO_BACKSLASH_ESCAPES), bytes are x'…', bits are digits. Raises ValueError
    for bytes or bits that are none: nothing else could leave its literal.
    """
    literals = [_literal(columns[name], rows.column(name).combine_chunks()) for name in rows.column_names]
    inside = pc.binary_join_element_wise(*literals, _wide(","))
    return pc.binary_join_element_wise(_wide("("), inside, _wide("),"), _wide("")).cast(pa.large_binary())


def bodies(rows: pa.Array, size: int) -> Iterator[memoryview]:
    """What `tuples` made in parts of at most about `size` bytes, one row at least each."""
    _, offsets, content = rows.buffers()
    ends = np.frombuffer(offsets, np.int64)[rows.offset : rows.offset + len(rows) + 1]
    at = 0
    while at < len(rows):
        to = max(at + 1, int(np.searchsorted(ends, ends[at] + size, "right")) - 1)
        yield memoryview(content)[ends[at] : ends[to]]
        at = to


def insert(table: Table, names: Iterable[str], body: memoryview) -> bytes:
    """The INSERT of some rows that `tuples` made, their last comma taken off."""
    head = f"INSERT INTO {quoted(table.relation)} ({quoted(*names)}) VALUES "  # noqa: S608 - names, quoted
    return head.encode() + body[:-1]


def _literal(column: Column, values: pa.Array) -> pa.Array:
    wide = values.cast(pa.large_string())
    if column.base == "bytea" or column.base not in _AS_TEXT:
        _refuse_others(values, _HEXADECIMAL)
        written = pc.binary_join_element_wise(_wide("x'"), wide, _wide("'"), _wide(""))
    elif column.base == "bit":
        _refuse_others(values, _DIGITS)
        written = wide
    else:
        inside = pc.replace_substring(wide, "'", "''")
        written = pc.binary_join_element_wise(_wide("'"), inside, _wide("'"), _wide(""))
    return written.fill_null("NULL")


def _refuse_others(values: pa.Array, pattern: str) -> None:
    if pc.any(pc.invert(pc.match_substring_regex(values, pattern))).as_py():
        raise ValueError("not the text of such a value")


def _wide(word: str) -> pa.Scalar:
    return pa.scalar(word, pa.large_string())


def orphans(table: Table, key: ForeignKey) -> str:
    """Counts the rows of a table whose foreign key refers to nothing."""
    pairs = list(zip(key.columns, key.parent_columns, strict=True))
    same = " AND ".join(f"child.{quoted(mine)} = parent.{quoted(its)}" for mine, its in pairs)
    set_ = " AND ".join(f"child.{quoted(mine)} IS NOT NULL" for mine, _ in pairs)
    parents = f"SELECT 1 FROM {quoted(key.parent)} parent WHERE {same}"  # noqa: S608 - names, quoted
    children = f"{quoted(table.relation)} child"
    return f"SELECT COUNT(*) FROM {children} WHERE {set_} AND NOT EXISTS ({parents})"  # noqa: S608 - likewise
