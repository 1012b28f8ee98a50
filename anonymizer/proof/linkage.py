"""The linkage attack: whoever knows some facts of a person looks for the nearest row of the target. Pure.

Source: Giomi, Boenisch, Wehmeyer and Tasnadi, A Unified Framework for Quantifying Privacy Risk in Synthetic
Data (2023): an attack's rate of success beside guessing, with Wilson's interval; distances as Gower's.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from anonymizer.proof.characters import Places, Words
from anonymizer.proof.kernels import compiled

# A fact a column: numbers as they are, categories as numbers that are equal where they are; NaN for NULL.
Facts = NDArray[np.float64]
# Scale of a column of categories.
CATEGORY = 0.0
_CONFIDENCE = 1.959963984540054  # standard deviations: 95 %


@dataclass(frozen=True, kw_only=True)
class Linkage:
    """How well persons are found again by their quasi-identifiers.

    `attacks`: persons looked for. `links`: how many are found by picking one of the nearest rows;
    `singled_out`: of how many all nearest rows are theirs, so that nobody had to guess. `by_chance`: the
    success of picking any row. `low` and `high`: Wilson's interval of the success, 95 %, which is the success
    itself where everybody was looked for.
    """

    attacks: int
    links: float
    singled_out: int
    by_chance: float
    low: float
    high: float

    @property
    def success(self) -> float:
        """The share of attacks that find their person: 0 to 1."""
        return self.links / self.attacks if self.attacks else 0.0

    @property
    def singled_out_rate(self) -> float:
        """The share of attacks that find their person without guessing: 0 to 1."""
        return self.singled_out / self.attacks if self.attacks else 0.0

    @property
    def risk(self) -> float:
        """The success beyond guessing: 0 is no better than a guess, 1 finds everybody."""
        return self._beyond_guessing(self.success)

    @property
    def most(self) -> float:
        """The risk at the upper end of the interval: what it is at most, with 97.5 % confidence."""
        return self._beyond_guessing(self.high) if self.attacks else 1.0

    def _beyond_guessing(self, rate: float) -> float:
        return max(0.0, (rate - self.by_chance) / (1 - self.by_chance)) if self.by_chance < 1 else 0.0

    def to_dict(self) -> dict[str, object]:
        rates = {"success": self.success, "singled_out_rate": self.singled_out_rate, "risk": self.risk}
        return {**rates, "risk_at_most": self.most, **asdict(self)}


class Attack:
    """Persons that are looked for in rows, which are shown block by block."""

    def __init__(self, persons: Words, known: Facts, scales: Facts) -> None:
        """Shapes: persons (attacks,), known (attacks, facts), scales (facts,)."""
        self._persons, self._known, self._scales = persons, known, scales
        self._best = np.full(len(persons), np.inf)
        self._nearest, self._own, self._there = np.zeros((3, len(persons)), np.int64)
        self._rows = 0

    def show(self, persons: Words, facts: Facts) -> None:
        """Rows of the target: whom they are about, and what they say. Shapes: (rows,), (rows, facts)."""
        self._rows += len(persons)
        _look(
            self._known, self._persons, facts, persons, self._scales,
            self._best, self._nearest, self._own, self._there,
        )  # fmt: skip

    def result(self, persons: int) -> Linkage:
        """How it went, of so many persons of the target; whoever is not in the target was not attacked."""
        there = self._there > 0
        attacks = int(there.sum())
        links = float((self._own[there] / self._nearest[there]).sum())
        low, high = wilson(links, attacks, max(attacks, persons))
        return Linkage(
            attacks=attacks,
            links=links,
            singled_out=int((self._own == self._nearest)[there].sum()),
            by_chance=float(self._there[there].mean() / self._rows) if attacks else 0.0,
            low=low,
            high=high,
        )


def wilson(successes: float, of: float, among: int) -> tuple[float, float]:
    """The interval that holds a rate with 95 % confidence, from a sample of those among whom it is asked.

    Source: Wilson (1927), JASA 22, 209-212; the correction for a finite population as Cochran, Sampling
    Techniques (1977), 2.6: a sample of all is no sample.
    """
    if not of:
        return 0.0, 1.0
    if of == among:
        return successes / of, successes / of
    rate, z, of = successes / of, _CONFIDENCE**2, of * (among - 1) / (among - of)
    middle = (rate + z / (2 * of)) / (1 + z / of)
    half = _CONFIDENCE / (1 + z / of) * math.sqrt(rate * (1 - rate) / of + z / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


@compiled
def _look(
    known: Facts, who: Words, facts: Facts, persons: Words, scales: Facts,
    best: Facts, nearest: Places, own: Places, there: Places,
) -> None:  # fmt: skip
    """For each of the known the rows that are nearest, and how many of them are about that person."""
    for one in range(len(known)):
        for row in range(len(facts)):
            mine = persons[row] == who[one]
            if mine:
                there[one] += 1
            distance = 0.0
            for fact in range(len(scales)):
                left, right = known[one, fact], facts[row, fact]
                if left == right or (np.isnan(left) and np.isnan(right)):
                    continue
                if scales[fact] == 0.0 or np.isnan(left) or np.isnan(right):
                    distance += 1.0
                else:
                    distance += min(1.0, abs(left - right) / scales[fact])
                if distance > best[one]:
                    break
            if distance < best[one]:
                best[one], nearest[one], own[one] = distance, 0, 0
            if distance == best[one]:
                nearest[one] += 1
                if mine:
                    own[one] += 1
