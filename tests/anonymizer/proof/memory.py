"""A whole check without a database: two sides of small tables in memory, compared, searched and judged."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.policies.schema import Column, ForeignKey, Schema, Table
from anonymizer.proof.places import Place
from anonymizer.proof.search import Findings, search
from anonymizer.proof.sheets import Sheet, batch, sheets
from anonymizer.proof.terms import Amount, Row, Term, Text
from anonymizer.proof.verification import Verification, judged

# A column's cells as the texts that a server gives, by name.
Cells = Mapping[str, Sequence[str | None]]
MAIL = {"transform": "email", "class": "identifying", "domain": "person"}
PHONE = {"transform": "phone", "class": "identifying"}


def column(name: str, base: str = "text") -> Column:
    return Column(name=name, type=base, base=base, limit=None, nullable=True, default=False, generated=False)


def copied(
    rules: Mapping[str, object], *, name: str = "t", key: Sequence[str] = ("id",),
    refers: ForeignKey | None = None,
    types: Mapping[str, str] | None = None,
) -> TablePlan:  # fmt: skip
    """A table that is copied under these rules; columns are texts where no type is named."""
    types = types or {}
    table = Table(
        name=name, schema="public", relation=name, rows=100, unique={}, primary_key=tuple(key),
        columns={each: column(each, types.get(each, "text")) for each in rules},
        foreign_keys=(refers,) if refers else (),
    )  # fmt: skip
    return TablePlan(
        table=table, rules={each: Rule.model_validate(written) for each, written in rules.items()}
    )


def plan(*tables: TablePlan) -> Plan:
    return Plan(
        copies=tables, empties=(), source=Schema(tables={each.table.name: each.table for each in tables})
    )


@dataclass(frozen=True, kw_only=True)
class Memory:
    """One side, by table; a table is given in blocks of so many rows."""

    tables: Mapping[str, Cells]
    block: int = 64

    def rows(self, sheet: Sheet, places: Sequence[Place]) -> Iterator[pa.RecordBatch]:
        cells = self.tables[sheet.name]
        count = len(next(iter(cells.values())))
        for at in range(0, count, self.block):
            yield batch(
                sheet, places, lambda name, at=at: pa.array(cells[name][at : at + self.block], pa.string()),  # type: ignore[misc]
                min(self.block, count - at),
            )  # fmt: skip

    def told(
        self, table: TablePlan, terms: Mapping[str, Term], *, sample: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        cells = self.tables[table.table.name]
        count = min(len(next(iter(cells.values()))), sample or 1 << 30)
        for at in range(0, count, self.block):
            rows = {name: column[at : at + self.block] for name, column in cells.items()}
            yield pa.RecordBatch.from_pydict({name: _said(term, rows) for name, term in terms.items()})


def _said(term: Term, rows: Cells) -> pa.Array:
    """What a server says of a term: texts, numbers as doubles, dates as seconds; NULL of NULL."""
    if isinstance(term, Row):
        return pa.array([repr(row) for row in zip(*(rows[name] for name in term.columns), strict=True)])
    cells = rows[term.column]
    if isinstance(term, Text):
        return pa.array([one if one is None else one[: term.prefix] for one in cells], pa.string())
    if isinstance(term, Amount):
        band = term.band
        numbers = [None if one is None else float(one) for one in cells]
        return pa.array(
            [one if one is None or band is None else one // band * band for one in numbers], pa.float64()
        )
    days = [None if one is None else datetime.date.fromisoformat(one) for one in cells]
    if term.start == "year":
        days = [day and day.replace(month=1, day=1) for day in days]
    return pa.array([None if day is None else day.toordinal() * 86400.0 for day in days], pa.float64())


def searched(
    whole: Plan, before: Mapping[str, Cells], after: Mapping[str, Cells], *, of_a_part: bool = False,
    catalogue: Mapping[str, Sequence[str]] | None = None, mapped: bool = False,
) -> Findings:  # fmt: skip
    """What both sides together tell."""
    return search(
        Memory(tables=before), Memory(tables=after), sheets(whole, mapped=mapped), catalogue or {},
        of_a_part=of_a_part,
    )  # fmt: skip


def checked(whole: Plan, before: Mapping[str, Cells], after: Mapping[str, Cells]) -> Verification:
    return judged(searched(whole, before, after), ())
