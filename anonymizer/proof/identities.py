"""Whom a row is about, as source and target both can tell it. Knows no value.

A row that refers to a person's row is about that person, and so are all other rows that do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.policies.policy import beside
from anonymizer.proof.characters import Words
from anonymizer.proof.fingerprints import Seed, whole
from anonymizer.transforms import INTEGER_KEY, KEEP
from anonymizer.transforms.base import TEXT

_UNIT = "\x1f"
_WRITTEN_ALIKE = frozenset({INTEGER_KEY, "uuid"})


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Columns of a table that name a row of the table called by `root`, be it their own."""

    root: str
    columns: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """What the columns are called in a block: a name that no column of a table has."""
        return tuple(f"{_UNIT}{column}" for column in self.columns)


def names_alike(table: TablePlan, column: str, *, mapped: bool) -> bool:
    """Whether a column names the same on both sides: it is kept, or whoever checks can mask it (`mapped`)."""
    rule = table.rules[column]
    # What a server would write otherwise than its mask does (leading zeros of numbers) cannot be matched.
    plain = rule.transform in _WRITTEN_ALIKE or table.table.columns[column].base in TEXT
    return rule.transform == KEEP or (mapped and rule.masks and plain and not beside(rule))


def key(plan: Plan, table: TablePlan, *, mapped: bool = False) -> Identity | None:
    """What tells the table's rows apart on both sides; None where no key does, or a masked one."""
    names = table.table.primary_key
    if not names or not all(names_alike(table, name, mapped=mapped) for name in names):
        return None
    root = plan.source.root(table.table.name, names[0]) if len(names) == 1 else (table.table.name, *names)
    return Identity(root=".".join(root), columns=names)


def person(plan: Plan, table: TablePlan, *, mapped: bool = False) -> Identity | None:
    """The first reference to a table that holds identifying values of its own; else what `key` says."""
    about = {copy.table.name for copy in plan.copies if _identifies(copy)}
    for reference in table.table.foreign_keys:
        column = reference.columns[0]
        if len(reference.columns) == 1 and names_alike(table, column, mapped=mapped):
            root = plan.source.root(table.table.name, column)
            if root[0] in about and root[0] != table.table.name:
                return Identity(root=".".join(root), columns=(column,))
    return key(plan, table, mapped=mapped)


def _identifies(table: TablePlan) -> bool:
    rules = [inner for rule in table.rules.values() for inner in (rule, *rule.paths.values())]
    return any(rule.class_ == "identifying" for rule in rules)


def prints(block: pa.RecordBatch, identity: Identity | None, seed: Seed) -> Words:
    """The fingerprint of whom each row names; 0 where nobody is named. Shape: (rows,)."""
    if identity is None:
        return np.zeros(block.num_rows, np.uint64)
    wide = pa.large_string()
    parts = [block.column(name).cast(wide) for name in identity.labels]
    named = pc.binary_join_element_wise(pa.scalar(identity.root, wide), *parts, pa.scalar(_UNIT, wide))
    found = whole(named.fill_null(""), seed)
    found[named.is_null().to_numpy(zero_copy_only=False)] = 0
    return found
