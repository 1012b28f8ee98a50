"""A few masked rows of every table, to look at before a run. Never shows what a mask was given."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import pyarrow as pa

from anonymizer.masks.masking import masked_batch, table_mask
from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms import JSON


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Masked columns of one table, and rows of their masked values; NULL is None."""

    table: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | None]]


class Few(Protocol):
    """Reads at most so many rows of a table as its masks take them."""

    def __call__(self, copy: TablePlan, rows: int) -> pa.Table: ...


# What stands in a document for a value that a run keeps.
KEPT = "(kept)"


def preview(few: Few, plan: Plan, key: Key, *, rows: int) -> list[Preview]:
    """At most `rows` masked rows of every table that has a masked column."""
    return [_table(copy, plan, key, few(copy, rows)) for copy in plan.copies if copy.masked]


def _only_masked(copy: TablePlan) -> TablePlan:
    """The plan in which documents show nothing but what is masked in them: what is kept is a source value."""
    return replace(copy, rules={name: _masked_paths(rule) for name, rule in copy.rules.items()})


def _masked_paths(rule: Rule) -> Rule:
    if not rule.paths:
        return rule
    paths = {path: inner for path, inner in rule.paths.items() if inner.masks}
    return rule.model_copy(update={"paths": paths, "others": "drop"})


def _table(copy: TablePlan, plan: Plan, key: Key, batch: pa.Table) -> Preview:
    columns = list(copy.masked)
    shown, written = (
        masked_batch(one, table_mask(one, plan.source, key), batch).select(columns).to_pylist()
        for one in (_only_masked(copy), copy)
    )
    rows = [
        [
            _marked(row[name], whole[name]) if copy.rules[name].transform == JSON else row[name]
            for name in columns
        ]
        for row, whole in zip(shown, written, strict=True)
    ]
    return Preview(table=copy.table.name, columns=columns, rows=rows)


def _marked(shown: str | None, written: str | None) -> str | None:
    """A document in which only masked values are shown, marked where a run would keep one."""
    if not shown or not written:
        return shown
    before = json.loads(shown)
    after = _with_kept(before, json.loads(written))
    return shown if after == before else json.dumps(after, ensure_ascii=False)


def _with_kept(shown: object, written: object) -> object:
    if isinstance(shown, dict) and isinstance(written, dict):
        return {key: _with_kept(inner, written.get(key)) for key, inner in shown.items()}
    if isinstance(shown, list) and isinstance(written, list):
        return [_with_kept(*both) for both in zip(shown, written, strict=True)]
    return KEPT if shown is None and written is not None else shown
