"""What fingerprints tell: survivors, coincidences, and how many of them chance explains. Pure arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Prints = NDArray[np.int64]
# The places of rows that belong together: in the source's array, in the target's.
Rows = tuple[NDArray[np.int64], NDArray[np.int64]]

# Stands for NULL and for the empty string, which tell nothing of anybody.
NOTHING = 0
_ODD = 0x5851F42D4C957F2D
# A survivor is laid to chance only where chance makes as many at least once in ten thousand checks.
_CHANCE = 1e-4
# Where rows cannot be matched, permutations of a large domain meet less often than this.
_UNMATCHED = 0.01


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One place (a column, or a path in JSON) compared.

    `survivors`: rows with the same value at the same key in source and target; `pairs`: how many different
    values that is. `by_chance`: the pairs expected if the target's values had been dealt out at random, which
    is what a pool does; it is 0 where no original value stands anywhere else. `coincidences`: rows of the
    target whose value stands somewhere in the source's column. `matched` is false where the key itself is
    masked: rows cannot be matched, and every coincidence counts as a survivor.
    """

    place: str
    identifying: bool
    values: int
    survivors: int
    pairs: int
    matched: bool
    by_chance: float
    coincidences: int

    @property
    def passes(self) -> bool:
        """Identifying values must not survive beyond what chance explains."""
        if not self.matched:
            return not self.identifying or self.survivors <= self.values * _UNMATCHED
        return not self.identifying or at_least(self.pairs, self.by_chance) >= _CHANCE


def matched_rows(before: Prints, after: Prints) -> Rows:
    """The places of every key that both sides have."""
    _, left, right = np.intersect1d(before, after, return_indices=True)
    return left, right


def compare(place: str, before: Prints, after: Prints, rows: Rows | None, *, identifying: bool) -> Comparison:
    """One place compared; `rows` says which rows belong together, None that nobody can know."""
    if rows is None:
        return _unmatched(place, before, after, identifying=identifying)
    left, right = rows
    was, became = before[left], after[right]
    kept = (was == became) & (was != NOTHING)
    real = before[before != NOTHING]
    pairs = len(np.unique(was[kept]))
    coincidences = int(np.isin(after[after != NOTHING], real).sum())
    return Comparison(
        place=place,
        identifying=identifying,
        values=len(real),
        survivors=int(kept.sum()),
        pairs=pairs,
        matched=True,
        by_chance=_expected(was, became, pairs) if coincidences else 0.0,
        coincidences=coincidences,
    )


def _unmatched(place: str, before: Prints, after: Prints, *, identifying: bool) -> Comparison:
    real = before[before != NOTHING]
    again = int(np.isin(after[after != NOTHING], real).sum())
    return Comparison(
        place=place, identifying=identifying, values=len(real), survivors=again, pairs=again, matched=False,
        by_chance=0.0, coincidences=again,
    )  # fmt: skip


def _expected(was: Prints, became: Prints, kept: int) -> float:
    """Equal pairs expected under random dealing: each (was, became) counts once, the kept ones do not count.

    Leaving them out makes a single kept value stand against an expectation of nothing.
    """
    set_ = (was != NOTHING) & (became != NOTHING)
    # Fingerprints are spread evenly, so their combination tells pairs apart as well as a pair does.
    _, both = np.unique(was[set_] * np.int64(_ODD) + became[set_], return_index=True)
    if len(both) < 2:
        return 0.0
    values, counts = np.unique(was[set_][both], return_counts=True)
    there, there_counts = np.unique(became[set_][both], return_counts=True)
    _, left, right = np.intersect1d(values, there, return_indices=True)
    meetings = int((counts[left] * there_counts[right]).sum()) - kept
    return float(max(0, meetings) / (len(both) - 1))


def at_least(count: int, expected: float) -> float:
    """The chance of `count` or more where `expected` are expected (Poisson)."""
    if count == 0:
        return 1.0
    below = (
        sum(math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(count))
        if expected
        else 1.0
    )
    return max(0.0, 1.0 - below)
