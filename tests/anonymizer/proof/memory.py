"""A whole check without a database: two sides of small tables in memory, compared, searched and judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.policies.schema import Column, ForeignKey, Schema, Table
from anonymizer.proof.places import Place
from anonymizer.proof.search import Findings, search
from anonymizer.proof.sheets import Sheet, batch, sheets
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
