"""What fingerprints tell: survivors, coincidences, and how many of them chance explains. Pure arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from anonymizer.proof import kernels
from anonymizer.proof.characters import Flags, Words
from anonymizer.proof.fingerprints import mixed
from anonymizer.proof.partitions import Records
from anonymizer.proof.scanning import dealt, row

# A finding is laid to chance unless chance makes as many less often than this: a check of a hundred places
# then raises a false alarm less than once in a hundred thousand.
ALPHA = 1e-7
# Where rows cannot be matched, permutations of a large domain meet less often than this.
_UNMATCHED = 0.01
# Of a transform of which nobody knows how it deals: it may prefer some values, and a common one may come back
# in one of so many draws though nobody else shows it.
_OF_A_KIND = 2
_SHARED = 1 / 53
# Where none is met although so many were due, chance was kinder than it is once in a hundred million checks.
_UNSEEN = 20
# Below this a Poisson tail is nothing, and its exact sum not worth the time.
_NOTHING = 1e-12
# Of the target's different values so many more than chance explains are originals of others: a shuffle.
_SHUFFLED = 0.5
_FEWEST = 20  # different values; fewer tell nothing of a population


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """How records of the target meet records of the source; may be added up over partitions.

    `own_rows`: target records with a value that the same row (or person) had; `own_pairs`: different (value,
    person) among them; `own_values`: different values; `strange_pairs` and `strange_values`: of these, what
    no draw could deal. `dealt_values`: different values of the source that one could. `rows`: target records
    whose value anybody had; `values`: how many different ones, of which no draw could deal `odd_values`.
    `meetings`: pairs of a source's and a target's person with one value.
    """

    own_rows: int = 0
    own_pairs: int = 0
    own_values: int = 0
    strange_pairs: int = 0
    strange_values: int = 0
    dealt_values: int = 0
    rows: int = 0
    values: int = 0
    odd_values: int = 0
    meetings: int = 0

    def __add__(self, other: Meeting) -> Meeting:
        return Meeting(
            own_rows=self.own_rows + other.own_rows,
            own_pairs=self.own_pairs + other.own_pairs,
            own_values=self.own_values + other.own_values,
            strange_pairs=self.strange_pairs + other.strange_pairs,
            strange_values=self.strange_values + other.strange_values,
            dealt_values=self.dealt_values + other.dealt_values,
            rows=self.rows + other.rows,
            values=self.values + other.values,
            odd_values=self.odd_values + other.odd_values,
            meetings=self.meetings + other.meetings,
        )


def meet(before: Records, after: Records) -> Meeting:
    """The meetings of one partition's records, all of them of one partition."""
    possible = different(before.prints[dealt(before.tags)])
    there = before.only(likely(before.prints, after.prints))
    met = after.only(among(after.prints, np.sort(there.prints)))
    if not len(met):
        return Meeting(dealt_values=len(possible))
    there = there.only(among(there.prints, different(met.prints)))
    theirs = mixed(there.prints, row(there.tags))
    pairs, first = np.unique(theirs, return_index=True)
    strange = pairs[~among(pairs, different(theirs[dealt(there.tags)]))]
    values, persons = np.unique(there.prints[first], return_counts=True)
    mine = mixed(met.prints, row(met.tags))
    known = row(met.tags) != 0
    own = among(mine, pairs) & known
    odd = among(mine, strange) & known
    their_first = np.unique(mine, return_index=True)[1]
    at = np.searchsorted(values, met.prints[their_first])
    return Meeting(
        own_rows=int(own.sum()),
        own_pairs=len(different(mine[own])),
        own_values=len(different(met.prints[own])),
        strange_pairs=len(different(mine[odd])),
        strange_values=len(different(met.prints[odd])),
        dealt_values=len(possible),
        rows=len(met),
        values=len(different(met.prints)),
        odd_values=int((~among(different(met.prints), possible)).sum()),
        meetings=int(persons[at].sum()),
    )


def repeated(before: Records) -> float:
    """How many records there are for every different (value, person); 1 where there are none."""
    pairs = different(mixed(before.prints, row(before.tags)))
    return len(before) / max(1, len(pairs)) if len(before) else 1.0


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
    """How a column's values were dealt: one draw for every person, or one for every different value.

    `chance`: how often a draw gives a certain value, at most; None where nobody knows: then how often the
    values of others are met tells.
    """

    per_person: bool
    persons: float  # the source's different (value, person)
    distinct: float  # the target's different values
    chance: float | None = None
    dealt: float = 0.0  # of `persons` those whose value a draw could deal
    # How many rows a person of a row has: any of them may be given what another one had.
    crowd: float = 1.0

    def kept(self, seen: Meeting) -> int:
        """Draws that gave back what was there."""
        return seen.own_pairs if self.per_person else seen.own_values

    def strange(self, seen: Meeting) -> int:
        """What was kept and could not come from a draw; nothing is known of draws that nobody knows."""
        if self.chance is None:
            return 0
        return seen.strange_pairs if self.per_person else seen.strange_values

    def expected(self, seen: Meeting, *, common: bool = False) -> float:
        """How many draws give back what was there, at most, if the target's values were dealt out at random.

        Of draws that nobody knows: what was kept says nothing about the others and does not count as met, so
        that a single kept value stands against an expectation of nothing, unless values are `common` ones.
        """
        if self.chance:
            others = (self.crowd - 1) * self.dealt
            return self.chance * ((self.dealt if self.per_person else seen.dealt_values) + others)
        if self.chance == 0:
            return self.crowd * self._met(seen, _UNSEEN) if self.crowd > 1 else 0.0
        least = _SHARED * (self.persons if self.per_person else self.distinct) if common else 0.0
        return max(least, self.crowd * self._met(seen))

    def anywhere(self, seen: Meeting, rows: int) -> float:
        """How many of so many rows draws give a value that anybody had, at most; 0 where nobody knows."""
        return rows * min(1.0, seen.dealt_values * (self.chance or 0.0))

    def _met(self, seen: Meeting, unseen: int = 0) -> float:
        if self.per_person:
            met = max(0, seen.meetings - seen.own_pairs) + unseen
            return _OF_A_KIND * met / self.persons if self.persons > 1 else 0.0
        met = max(0, seen.values - seen.own_values) + unseen
        return met / self.distinct if self.distinct > 1 else 0.0


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One place (a column, or a path in JSON) compared.

    `survivors`: rows with the same value at the same key in source and target; `pairs`: how many draws that
    is: of different values, or of persons where a pseudonym belongs to a person. `by_chance`: the draws
    expected if the target's values had been dealt out at random, which is what a pool does; `strange`: those
    that no draw could give, of which one is enough. `coincidences`: rows of the target whose value stands
    somewhere in the source's column. `matched` is false where there is no key, or it is masked: rows cannot
    be matched, every coincidence counts as a survivor, and `pairs` are their different values. `judged` is
    false where the policy keeps the column, or its transform may leave a value as it was.
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
    strange: int = 0
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
            more = self.survivors > self.values * _UNMATCHED and at_least(self.pairs, self.by_chance) < ALPHA
            return self.identifying and (more or self.strange > 0)
        return self.judged and (self.strange > 0 or at_least(self.pairs, self.by_chance) < ALPHA)

    @property
    def shuffled(self) -> bool:
        """Whether the identifying originals were dealt out among other persons."""
        return self.identifying and self.originals > self.originals_by_chance + _SHUFFLED

    @property
    def _and_strange(self) -> str:
        return f", but {self.strange} no draw can give" if self.strange and self.by_chance else ""

    @property
    def _where(self) -> str:
        return "where they stood" if self.matched else "somewhere in the column: no row can be matched"

    @property
    def fault(self) -> str:
        """What is wrong, where it does not pass."""
        if self.survived:
            return (
                f"{self.place}: {self.survivors} of {self.values} values stand {self._where} "
                f"({self.by_chance:.2g} expected by chance{self._and_strange})"
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
