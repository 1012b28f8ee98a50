"""How far apart source and target are, column by column, where truth was kept or moved. Says no value.

Every column is counted into cells of its own; the counts are all that is kept, however many rows there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.policies.truth import carries_truth
from anonymizer.proof.characters import Places
from anonymizer.proof.fingerprints import Seed, whole
from anonymizer.proof.known import Fact, as_it_is
from anonymizer.proof.sheets import Sheet, Telling
from anonymizer.transforms.base import JSON

Measure = Literal["Kolmogorov-Smirnov", "total variation"]

_SAMPLE = 20_000  # rows, for the bounds between cells
_BOUNDS = 1000
_CATEGORIES = 1 << 14
_NULL = 1  # the first cell
_NO_VALUE_OF_A_PERSON = frozenset({*JSON, "bytea"})


@dataclass(frozen=True, kw_only=True)
class Distance:
    """How far apart a column's distributions are: 0 the same, 1 nothing in common. NULL is a value, too.

    Numbers and dates: the greatest difference of the cumulative shares (Kolmogorov-Smirnov), looked at in
    1,000 quantiles; anything else: half of what the shares of all values differ by (total variation), values
    in 16,384 cells. What is found is never more than the true distance.
    """

    column: str
    transform: str
    measure: Measure
    distance: float


def facts(plan: Plan) -> dict[str, tuple[Fact, ...]]:
    """Of every table the columns that carry truth; keys and documents apart."""
    return {copy.table.name: tuple(_facts(copy)) for copy in plan.copies}


def _facts(copy: TablePlan) -> Iterator[Fact]:
    keys = {*copy.table.primary_key, *copy.table.referring}
    for name, rule in copy.rules.items():
        base = copy.table.columns[name].base
        is_true = carries_truth(rule) and rule.transform != "redact"
        if is_true and name not in keys and base not in _NO_VALUE_OF_A_PERSON:
            yield as_it_is(name, base)


@dataclass(frozen=True, kw_only=True)
class Ruler:
    """What tells the cell of every value of a table's facts: bounds between numbers, a secret of texts."""

    facts: tuple[Fact, ...]
    bounds: Mapping[str, NDArray[np.float64]]
    seed: Seed

    def counts(self, block: pa.RecordBatch) -> dict[str, Places]:
        """How many of the block's values are in each cell, by the fact's name."""
        return {
            fact.name: np.bincount(self._cells(block.column(fact.label), fact), minlength=self._size(fact))
            for fact in self.facts
        }

    def _size(self, fact: Fact) -> int:
        return 2 * len(self.bounds[fact.name]) + 2 if fact.number else _CATEGORIES + 1

    def _cells(self, values: pa.Array, fact: Fact) -> Places:
        return (
            numbered(_doubles(values), self.bounds[fact.name])
            if fact.number
            else _labelled(values, self.seed)
        )


def rulers(target: Telling, sheets_: Sequence[Sheet]) -> dict[str, Ruler]:
    """The rulers of all tables that have facts: bounds are quantiles of some rows of the target."""
    seed = Seed.new()
    return {
        sheet.name: Ruler(facts=sheet.facts, bounds=_bounds(target, sheet.table, sheet.facts), seed=seed)
        for sheet in sheets_
        if sheet.facts
    }


Counts = Mapping[str, Places]


def distances(plan: Plan, counted: Mapping[str, tuple[Counts, Counts]]) -> tuple[Distance, ...]:
    """The distance of every fact; `counted` is what both sides' values are, by table."""
    return tuple(
        Distance(
            column=f"{copy.table.name}.{fact.name}",
            transform=copy.rules[fact.name].transform,
            measure="Kolmogorov-Smirnov" if fact.number else "total variation",
            distance=_between(*counted[copy.table.name], fact),
        )
        for copy in plan.copies
        for fact in _facts(copy)
    )


def _between(before: Counts, after: Counts, fact: Fact) -> float:
    if fact.name not in before or fact.name not in after:
        return 0.0  # a side without rows
    return apart(before[fact.name], after[fact.name], ordered=fact.number)


def apart(before: Places, after: Places, *, ordered: bool) -> float:
    """The distance of two counts of the same cells: 0 to 1; 0 where one side has no row."""
    if not before.sum() or not after.sum():
        return 0.0
    difference = before / before.sum() - after / after.sum()
    return float(np.abs(np.cumsum(difference)).max() if ordered else np.abs(difference).sum() / 2)


def _bounds(target: Telling, copy: TablePlan, facts: Sequence[Fact]) -> dict[str, NDArray[np.float64]]:
    """Quantiles of the numbers in some rows of the target."""
    numbers = {fact.name: fact.seen for fact in facts if fact.number}
    if not numbers:
        return {}
    seen: dict[str, list[NDArray[np.float64]]] = {name: [] for name in numbers}
    for block in target.told(copy, numbers, sample=_SAMPLE):
        for name in numbers:
            seen[name].append(_doubles(block.column(name)))
    return {name: quantiles(np.concatenate([np.zeros(0), *parts])) for name, parts in seen.items()}


def quantiles(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Up to a thousand different bounds with about as many numbers between each two."""
    real = np.sort(numbers[np.isfinite(numbers)])
    if not len(real):
        return real
    return np.unique(real[np.linspace(0, len(real) - 1, _BOUNDS).astype(np.int64)])


def numbered(numbers: NDArray[np.float64], bounds: NDArray[np.float64]) -> Places:
    """Each number's cell, in order: NULL, then what lies below, on and above each bound."""
    below = np.searchsorted(bounds, numbers)
    on = (
        bounds[np.minimum(below, len(bounds) - 1)] == numbers if len(bounds) else np.zeros(len(numbers), bool)
    )
    return np.where(np.isnan(numbers), 0, _NULL + 2 * below + on).astype(np.int64)


def _labelled(values: pa.Array, seed: Seed) -> Places:
    prints = whole(values.cast(pa.large_string()).fill_null(""), seed)
    cells = _NULL + (prints % np.uint64(_CATEGORIES)).astype(np.int64)
    return np.where(values.is_null().to_numpy(zero_copy_only=False), 0, cells)


def _doubles(values: pa.Array) -> NDArray[np.float64]:
    return np.asarray(values.to_numpy(zero_copy_only=False), np.float64)
