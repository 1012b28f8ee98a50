"""What of a table is compared and what is searched, and the SQL that reads it as text. Reads nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import sql

from anonymizer.plan import TablePlan
from anonymizer.policy import Rule
from anonymizer.transforms import DROP

# What holds no text. Everything else is searched as its text, documents and bytes included.
_NO_TEXT = frozenset({
    "smallint", "integer", "bigint", "numeric", "real", "double precision", "boolean", "date", "uuid", "oid",
    "time without time zone", "time with time zone", "timestamp without time zone",
    "timestamp with time zone", "interval", "money",
})  # fmt: skip
# Between the values that one path of a document has.
UNIT = "\x1f"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A column, or a named path of a document (`path` is then true), as text."""

    label: str
    rule: Rule
    value: sql.Composable
    path: bool = False

    @property
    def identifying(self) -> bool:
        return self.rule.class_ == "identifying"


def compared(table: TablePlan) -> Iterator[Place]:
    """Columns that are masked or called identifying, and such paths of JSON columns."""
    for name, rule in table.rules.items():
        column = sql.Identifier(name)
        for path, inner in rule.paths.items():
            if inner.masks or inner.class_ == "identifying":
                yield Place(label=f"{name} {path}", rule=inner, value=_path_value(column, path), path=True)
        if not rule.paths and (rule.masks or rule.class_ == "identifying"):
            yield Place(label=name, rule=rule, value=sql.SQL("{}::text").format(column))


def _path_value(column: sql.Composable, path: str) -> sql.Composed:
    quoted = re.sub(r"\.([\w-]+)", r'."\1"', path)
    return sql.SQL(
        "(SELECT string_agg(v #>> '{{}}', {}) FROM jsonb_path_query({}::jsonb, {}::jsonpath) AS v)"
    ).format(sql.Literal(UNIT), column, sql.Literal(quoted))


def searched(table: TablePlan) -> Iterator[Place]:
    """Columns of the target that may hold a text, whatever the policy says; dropped ones are empty."""
    for name, rule in table.rules.items():
        if rule.transform != DROP and table.table.columns[name].base not in _NO_TEXT:
            yield Place(label=name, rule=rule, value=sql.SQL("{}::text").format(sql.Identifier(name)))
