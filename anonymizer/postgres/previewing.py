"""A few masked rows of every table, to look at before a run. Never shows what a mask was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import psycopg
import pyarrow as pa
from psycopg import sql

from anonymizer.masks.masking import masked_batch, table_mask
from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.postgres.connections import translated
from anonymizer.postgres.wire import as_text
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms import JSON


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Masked columns of one table, and rows of their masked values; NULL is None."""

    table: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | None]]


def preview(source: psycopg.Connection, plan: Plan, key: Key, *, rows: int) -> list[Preview]:
    """At most `rows` masked rows of every table that has a masked column. `source` stands in a snapshot."""
    shown = (_only_masked(copy) for copy in plan.copies)
    return [_table(source, copy, plan, key, rows) for copy in shown if copy.masked]


def _only_masked(copy: TablePlan) -> TablePlan:
    """The plan in which documents show nothing but what is masked in them: what is kept is a source value."""
    return replace(copy, rules={name: _masked_paths(rule) for name, rule in copy.rules.items()})


def _masked_paths(rule: Rule) -> Rule:
    if rule.transform != JSON:
        return rule
    paths = {path: inner for path, inner in rule.paths.items() if inner.masks}
    return rule.model_copy(update={"paths": paths, "others": "drop"})


def _table(source: psycopg.Connection, copy: TablePlan, plan: Plan, key: Key, rows: int) -> Preview:
    how = as_text(copy)
    query = sql.SQL("SELECT {} FROM {} LIMIT {}").format(how.selected, copy.source_rows, sql.Literal(rows))
    with translated(f"source, {copy.table.name}"):
        read = source.execute(query).fetchall()
    kinds = [pa.list_(pa.string()) if each.name in copy.sums else pa.string() for each in how.carried]
    texts = [pa.array([row[at] for row in read], kind) for at, kind in enumerate(kinds)]
    batch = pa.table(texts, names=[each.name for each in how.carried])
    masked = masked_batch(copy, table_mask(copy, plan.source, key), batch).select(list(copy.masked))
    found = [list(row.values()) for row in masked.to_pylist()]
    return Preview(table=copy.table.name, columns=list(copy.masked), rows=found)
