"""What fingerprints tell: survivors, coincidences, and how many of them chance explains. Pure arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from anonymizer.proof import kernels
from anonymizer.proof.characters import Flags, Words
from anonymizer.proof.fingerprints import mixed
from anonymizer.proof.partitions import Records
from anonymizer.proof.scanning import row

# A finding is laid to chance only where chance makes as many at least once in ten thousand checks.
ALPHA = 1e-4
# Where rows cannot be matched, permutations of a large domain meet less often than this.
_UNMATCHED = 0.01
# A persona keeps its sex, so its name meets the owner's up to twice as often as any other.
_OF_A_KIND = 2
# Where few rows meet, nobody else may show that a value is common: a persona keeps its sex, and the smaller
# of the frozen pools of given names has 53.
_SHARED = 1 / 53
# Where a permutation leaves a value in its place in fewer checks than this, one that stands there fails.
_SELDOM = 0.01
# Below this a Poisson tail is nothing, and its exact sum not worth the time.
_NOTHING = 1e-12
# Of the target's different values so many more than chance explains are originals of others: a shuffle.
_SHUFFLED = 0.5
_FEWEST = 20  # different values; fewer tell nothing of a population


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """How records of the target meet records of the source; may be added up over partitions.

    `own_rows`: target records with a value that the same row (or person) had; `own_pairs`: different (value,
    person) among them; `own_values`: different values. `rows`: target records whose value anybody had;
    `values`: how many different ones. `meetings`: pairs of a source's and a target's person with one value.
    """

    own_rows: int = 0
    own_pairs: int = 0
    own_values: int = 0
    rows: int = 0
    values: int = 0
    meetings: int = 0

    def __add__(self, other: Meeting) -> Meeting:
        return Meeting(
            own_rows=self.own_rows + other.own_rows,
            own_pairs=self.own_pairs + other.own_pairs,
            own_values=self.own_values + other.own_values,
            rows=self.rows + other.rows,
            values=self.values + other.values,
            meetings=self.meetings + other.meetings,
        )


def meet(before: Records, after: Records) -> Meeting:
    """The meetings of one partition's records, all of them of one partition."""
    there = before.only(likely(before.prints, after.prints))
    met = after.only(among(after.prints, np.sort(there.prints)))
    if not len(met):
        return Meeting()
    there = there.only(among(there.prints, different(met.prints)))
    pairs, first = np.unique(mixed(there.prints, there.tags), return_index=True)
    values, persons = np.unique(there.prints[first], return_counts=True)
    their_pairs, their_first = np.unique(mixed(met.prints, met.tags), return_index=True)
    known = row(met.tags) != 0
    own = among(mixed(met.prints, met.tags), pairs) & known
    at = np.searchsorted(values, met.prints[their_first])
    return Meeting(
        own_rows=int(own.sum()),
        own_pairs=int((among(their_pairs, pairs) & known[their_first]).sum()),
        own_values=len(different(met.prints[own])),
        rows=len(met),
        values=len(different(met.prints)),
        meetings=int(persons[at].sum()),
    )


def repeated(before: Records) -> float:
    """How many records there are for every different (value, person); 1 where there are none."""
    return len(before) / max(1, len(different(mixed(before.prints, before.tags)))) if len(before) else 1.0


def different(prints: Words) -> Words:
    """The prints without repetitions, in order. Sorting is quicker than the hashing of `numpy.unique`."""
    sorted_ = np.sort(prints)
    return sorted_[np.concatenate([[True], sorted_[1:] != sorted_[:-1]])] if len(prints) else sorted_


def likely(prints: Words, others: Words) -> Flags:
    """Which of the prints may stand among the others: all that do, and few that do not. Shape: (prints,)."""
    found = np.zeros(len(prints), bool)
    kernels.likely(prints, others, found)
    return found


def among(prints: Words, sorted_: Words) -> Flags:
    """Which of the prints stand in a sorted array. Shape: (prints,)."""
    if not len(sorted_):
        return np.zeros(len(prints), bool)
    at = np.minimum(np.searchsorted(sorted_, prints), len(sorted_) - 1)
    found: Flags = sorted_[at] == prints
    return found


@dataclass(frozen=True, kw_only=True)
class Draws:
    """How a column's values were dealt: one draw for every person, or one for every different value."""

    per_person: bool
    persons: float  # the source's different (value, person)
    distinct: float  # the target's different values
    # Among how many values a permutation moves each one, where it keeps a part of it (a birth year).
    within: float | None = None

    def kept(self, seen: Meeting) -> int:
        """Draws that gave back what was there."""
        return seen.own_pairs if self.per_person else seen.own_values

    def expected(self, seen: Meeting, *, common: bool = False) -> float:
        """How many that would be if the target's values had been dealt out at random.

        What was kept says nothing about the others and does not count as met: a single kept value stands
        against an expectation of nothing, unless the values are `common` ones.
        """
        least = _SHARED * (self.persons if self.per_person else self.distinct) if common else 0.0
        return max(least, self._met(seen), self._stayed)

    @property
    def _stayed(self) -> float:
        """How many values a permutation of small parts leaves where they are: one a part, whatever is in it.

        Who meets whom does not tell: whoever is in another part meets nobody.
        """
        stayed = self.distinct / self.within if self.within and not self.per_person else 0.0
        return stayed if stayed >= _SELDOM else 0.0

    def _met(self, seen: Meeting) -> float:
        if self.per_person:
            met = max(0, seen.meetings - seen.own_pairs)
            return _OF_A_KIND * met / self.persons if self.persons > 1 else 0.0
        return max(0, seen.values - seen.own_values) / self.distinct if self.distinct > 1 else 0.0


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One place (a column, or a path in JSON) compared.

    `survivors`: rows with the same value at the same key in source and target; `pairs`: how many draws that
    is: of different values, or of persons where a pseudonym belongs to a person. `by_chance`: the draws
    expected if the target's values had been dealt out at random, which is what a pool does; it is 0 where no
    original value stands anywhere else. `coincidences`: rows of the target whose value stands somewhere in
    the source's column. `matched` is false where the key itself is masked: rows cannot be matched, and every
    coincidence counts as a survivor. `judged` is false where the policy keeps the column.
    """

    place: str
    identifying: bool
    judged: bool
    values: int
    survivors: int
    pairs: int
    matched: bool
    by_chance: float
    coincidences: int
    # The share of the target's different values that stand somewhere in the source's column, and of chance.
    originals: float = 0.0
    originals_by_chance: float = 1.0

    @property
    def passes(self) -> bool:
        """No value may survive beyond what chance explains, and the originals may not be dealt out anew."""
        return not self.survived and not self.shuffled

    @property
    def survived(self) -> bool:
        """Whether more stand where they stood than chance explains."""
        if not self.matched:
            return self.identifying and self.survivors > self.values * _UNMATCHED
        return self.judged and at_least(self.pairs, self.by_chance) < ALPHA

    @property
    def shuffled(self) -> bool:
        """Whether the identifying originals were dealt out among other persons."""
        return self.identifying and self.originals > self.originals_by_chance + _SHUFFLED

    @property
    def fault(self) -> str:
        """What is wrong, where it does not pass."""
        if self.survived:
            return (
                f"{self.place}: {self.survivors} of {self.values} values stand where they stood "
                f"({self.by_chance:.2g} expected by chance)"
            )
        return (
            f"{self.place}: {self.originals:.0%} of the different values are originals of other rows "
            f"({self.originals_by_chance:.0%} expected by chance)"
        )


def met_by_chance(draws: float, different: float, crowded: float) -> float:
    """The share of a column's different values that a second column of the same population has, too.

    `draws` of which `different` are different tell how large the population is: drawn evenly from N values, n
    draws give N (1 - exp(-n / N)) different ones, and that is also how many of the N are met again.
    `crowded` is how much of all numbers of their length the originals are: a permutation meets so many.
    """
    if different < _FEWEST:
        return 1.0
    low, high = 0.0, 64.0  # draws for each value of the population
    for _ in range(60):
        middle = (low + high) / 2
        many = -math.expm1(-middle) * draws > different * middle
        low, high = (middle, high) if many else (low, middle)
    return min(1.0, max(-math.expm1(-low), crowded))


def at_least(count: int, expected: float) -> float:
    """The chance of `count` or more where `expected` are expected (Poisson)."""
    if count == 0:
        return 1.0
    if expected <= 0:
        return 0.0
    if count > expected:
        # Chernoff's bound: Mitzenmacher and Upfal, Probability and Computing, theorem 5.4.
        bound = math.exp(count - expected - count * math.log(count / expected))
        if bound < _NOTHING:
            return bound
    below = sum(math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(count))
    return max(0.0, 1.0 - below)
