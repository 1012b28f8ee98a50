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
# Transforms that permute within what they keep of a value, and how many values they move each one among: a
# PESEL's sex and birth year (365 days of 5,000 serial numbers), a card's issuer (six digits stay free).
WITHIN: Mapping[str, float] = {"pesel": 365 * 5000.0, "card": 1e6}
# Real numbers are not spread evenly (prefixes, birth years): chance may meet them this much more often.
_UNEVEN = 10.0


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """Originals of a population seen in a place (a column, the catalogue) that no transform explains.

    `found` counts different originals, `by_chance` how many chance would show. `same_row` says that they
    stood in the row of the person they came from, in a column whose transform draws from that population.
    """

    place: str
    population: str
    same_row: bool
    found: int
    by_chance: float

    @property
    def passes(self) -> bool:
        return at_least(self.found, self.by_chance) >= ALPHA


def population(transform: str) -> str:
    """What a transform draws from."""
    return POPULATIONS.get(transform, transform)


def filled(kind: int, count: float) -> float:
    """How much of all numbers of that many digits so many are; of texts nothing, of short ones everything."""
    if kind == WHOLE:
        return 1.0
    return min(1.0, _UNEVEN * count / 10.0**kind) if kind < WORDS else 0.0


def numbers_by_chance(trials: Mapping[int, int], originals: Mapping[int, int]) -> float:
    """How many numbers meet originals by chance: windows looked at and different originals, by width."""
    return sum(_UNEVEN * trials.get(width, 0) * count / 10.0**width for width, count in originals.items())
