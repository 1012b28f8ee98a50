"""Originals seen in texts of the target: which a transform explains, and which chance does. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from anonymizer.proof.comparison import ALPHA, at_least
from anonymizer.proof.kernels import WHOLE, WORDS

# Transforms that draw from one population: an original met in a column of the same population is a
# coincidence of the draw, unless it stands in the row of its own person.
POPULATIONS: Mapping[str, str] = {
    "first_name": "person", "last_name": "person", "full_name": "person", "email": "person",
    "login": "person", "street": "place", "city": "place", "postal_code": "place", "address": "place",
}  # fmt: skip
# An invented company is called after invented surnames, and two of them may be somebody's name.
MADE_OF: Mapping[str, str] = {"company": "person"}
# Real numbers are not spread evenly (prefixes, birth years): chance may meet them this much more often.
UNEVEN = 10.0
# Of so much more than chance, a count that it reaches less often than this is none.
ALPHA_OF_NUMBERS = 1e-5


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """Originals of a population seen in a place (a column, the catalogue) that no transform explains.

    `found` counts different originals, `by_chance` how many chance would show. `same_row` says that they
    stood in the row of the person they came from, in a column whose transform draws from that population;
    `strange`: those of them that no draw could give. `numbers`: chance was counted as that of numbers.
    """

    place: str
    population: str
    same_row: bool
    found: int
    by_chance: float
    strange: int = 0
    numbers: bool = False

    @property
    def passes(self) -> bool:
        limit = ALPHA_OF_NUMBERS if self.numbers else ALPHA
        return not self.strange and at_least(self.found, self.by_chance) >= limit


def population(transform: str) -> str:
    """What a transform draws from."""
    return POPULATIONS.get(transform, transform)


def explained_by(transform: str) -> frozenset[str]:
    """The populations from which a transform draws, or of whose members it makes up names."""
    return frozenset([population(transform), *([MADE_OF[transform]] if transform in MADE_OF else [])])


def filled(kind: int, count: float) -> float:
    """How much of all numbers of that many digits so many are; of texts nothing, of short ones everything."""
    if kind == WHOLE:
        return 1.0
    return min(1.0, UNEVEN * count / 10.0**kind) if kind < WORDS else 0.0


def numbers_by_chance(trials: Mapping[int, int], originals: Mapping[int, int]) -> float:
    """How many numbers meet originals by chance: windows looked at and different originals, by width."""
    return sum(UNEVEN * trials.get(width, 0) * count / 10.0**width for width, count in originals.items())
