"""Lines of other tables that a row's total adds up: which they are, and how they are read with the row.

Decides before a run whether that can be; masks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from psycopg import sql

from anonymizer.policies.policy import Policy, Rule, TableRule, beside
from anonymizer.policies.schema import Schema, Table
from anonymizer.postgres.selection import Selected
from anonymizer.transforms import DROP
from anonymizer.transforms.base import INTEGERS, NUMBERS
from anonymizer.transforms.totals import Sum, sum_in
from foundation.documents import did_you_mean

_WHOSE = sql.Identifier("peakproof_by")
Misfit = tuple[str, str | None]


@dataclass(frozen=True, kw_only=True)
class Lines:
    """The rows of `table` whose `by` is the `own` of the row that adds up their `column`.

    `rules` are those of the column and of every other that masking it looks at.
    """

    table: Table
    rules: Mapping[str, Rule]
    column: str
    by: str
    own: str
    filter: str | None
    # In a subset: those of the table's rows that were chosen.
    chosen: Selected | None = None

    @property
    def selected(self) -> sql.Composed:
        """One array a row: the texts of the first line's columns, of the second's and so on."""
        names = [sql.Identifier(f"peakproof_{at}") for at in range(len(self.rules))]
        read = [
            sql.SQL("CAST({} AS text) AS {}").format(sql.Identifier(column), name)
            for column, name in zip(self.rules, names, strict=True)
        ]
        # Inside, columns have names of ours alone: so `own` can only be the row's that asks.
        return sql.SQL(
            "ARRAY(SELECT unnest(ARRAY[{}]) FROM (SELECT {} AS {}, {} FROM {}{}) AS lines WHERE {} = {})"
        ).format(
            sql.SQL(", ").join(names), sql.Identifier(self.by), _WHOSE, sql.SQL(", ").join(read),
            self._rows, self._filtered, _WHOSE, sql.Identifier(self.own),
        )  # fmt: skip

    @property
    def _rows(self) -> sql.Composable:
        if self.chosen is None:
            return self.table.identifier
        none = sql.SQL("(SELECT * FROM {} WHERE false) AS chosen").format(self.table.identifier)
        return sql.SQL("({}) AS chosen").format(self.chosen.rows()) if len(self.chosen) else none

    @property
    def _filtered(self) -> sql.Composable:
        # A condition may end in a comment: the line ends before the bracket does.
        return sql.SQL("") if self.filter is None else sql.SQL(" WHERE ({}\n)").format(sql.SQL(self.filter))


def lines_of(policy: Policy, source: Schema, table: Table) -> dict[str, Lines]:
    """The lines that the totals of a table add up, by the name of each sum; for a policy without misfits."""
    found = {}
    for rule in policy.tables[table.name].columns.values():
        for name, wanted in sums(rule).items():
            theirs = policy.tables[wanted.table]
            found[name] = Lines(
                table=source.tables[wanted.table], rules=_looked_at(theirs, wanted.column),
                column=wanted.column, by=wanted.by, own=_own(wanted, table), filter=theirs.filter,
            )  # fmt: skip
    return found


def sums(rule: Rule) -> dict[str, Sum]:
    """The sums over other tables' rows in a rule, by name."""
    return {name: found for name in sorted(beside(rule)) if (found := sum_in(name))}


def misfits(policy: Policy, source: Schema, table: Table, wanted: Sum) -> Iterator[Misfit]:
    """Why these lines cannot be added up to a column of `table`: what, and what to do."""
    rule = policy.tables.get(wanted.table)
    if rule is None or rule.rows != "copy" or wanted.table not in source.tables:
        copied = [name for name, other in policy.tables.items() if other.rows == "copy"]
        yield f"{wanted.table}, whose lines it adds up, is not copied", did_you_mean(wanted.table, copied)
        return
    theirs = source.tables[wanted.table]
    absent = [name for name in (wanted.column, wanted.by) if name not in theirs.columns]
    yield from (
        (f"{name!r} is no column of {theirs.name}", did_you_mean(name, theirs.columns)) for name in absent
    )
    if not absent and wanted.column in rule.columns:
        yield from _unsuitable(rule, theirs, wanted)
        yield from _unjoined(table, theirs, wanted)


def _unsuitable(rule: TableRule, theirs: Table, wanted: Sum) -> Iterator[Misfit]:
    place = f"{theirs.name}.{wanted.column}"
    if theirs.columns[wanted.column].base not in NUMBERS:
        yield f"{place} holds no numbers", None
    elif rule.columns[wanted.column].transform == DROP:
        yield f"{place} is dropped: there is nothing to add up", "perturb it, or drop the total too"
    elif any(sum_in(name) for name in beside(rule.columns[wanted.column])):
        yield f"{place} is itself a sum of other tables' rows", "add up what it adds up"


def _unjoined(table: Table, theirs: Table, wanted: Sum) -> Iterator[Misfit]:
    own = table.columns.get(_own(wanted, table))
    if own is None:
        hint = f"sum({theirs.name}.{wanted.column} by {wanted.by} = COLUMN)"
        yield f"which column of {table.name} is the {wanted.by} of {theirs.name}?", hint
    elif not _comparable(own.base, theirs.columns[wanted.by].base):
        yield f"{table.name}.{own.name} and {theirs.name}.{wanted.by} have different types", None
    elif wanted.by not in theirs.indexed:
        what = f"no index of {theirs.name} begins with {wanted.by}: every row would read the whole table"
        yield what, "create one in the source; MariaDB and files cannot add up other tables' rows"


def _comparable(one: str, other: str) -> bool:
    return one == other or {one, other} <= INTEGERS.keys()


def _own(wanted: Sum, table: Table) -> str:
    """The row's column that its lines name: as written, else its primary key."""
    return wanted.own or (table.primary_key[0] if len(table.primary_key) == 1 else "")


def _looked_at(rule: TableRule, column: str) -> dict[str, Rule]:
    """The rules of a column and of all that masking it looks at."""
    found: dict[str, Rule] = {}
    waiting = [column]
    while waiting:
        name = waiting.pop()
        found[name] = rule.columns[name]
        waiting += sorted((beside(found[name]) & rule.columns.keys()) - found.keys())
    return found
