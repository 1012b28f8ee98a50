"""A few masked rows of every table, to look at before a run. Never shows what a mask was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import pyarrow as pa

from anonymizer.masks.masking import masked_batch, table_mask
from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.pseudonyms.keys import Key


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Masked columns of one table, and rows of their masked values; NULL is None."""

    table: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | None]]


class Few(Protocol):
    """Reads at most so many rows of a table as its masks take them."""

    def __call__(self, copy: TablePlan, rows: int) -> pa.Table: ...


def preview(few: Few, plan: Plan, key: Key, *, rows: int) -> list[Preview]:
    """At most `rows` masked rows of every table that has a masked column."""
    shown = (_only_masked(copy) for copy in plan.copies)
    return [_table(copy, plan, key, few(copy, rows)) for copy in shown if copy.masked]


def _only_masked(copy: TablePlan) -> TablePlan:
    """The plan in which documents show nothing but what is masked in them: what is kept is a source value."""
    return replace(copy, rules={name: _masked_paths(rule) for name, rule in copy.rules.items()})


def _masked_paths(rule: Rule) -> Rule:
    if not rule.paths:
        return rule
    paths = {path: inner for path, inner in rule.paths.items() if inner.masks}
    return rule.model_copy(update={"paths": paths, "others": "drop"})


def _table(copy: TablePlan, plan: Plan, key: Key, batch: pa.Table) -> Preview:
    masked = masked_batch(copy, table_mask(copy, plan.source, key), batch).select(list(copy.masked))
    found = [list(row.values()) for row in masked.to_pylist()]
    return Preview(table=copy.table.name, columns=list(copy.masked), rows=found)
