"""How often a check of a clean copy fails, at most: counted from what the pools can make. Reads no row.

Every test of a check compares a count with what chance makes of it. Here each is asked how likely a clean
copy reaches a count that fails; all of them together do so no more often than the sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from anonymizer.policies.policy import Rule
from anonymizer.proof.comparison import ALPHA, at_least
from anonymizer.proof.dealing import of_rule
from anonymizer.proof.sightings import ALPHA_OF_NUMBERS, UNEVEN, explained_by, population
from anonymizer.transforms.base import Slot

_PRINTS = 2.0**64
# How many digits the results of a transform have, where they are numbers.
_WIDTHS: Mapping[str, int] = {"phone": 9, "regon": 9, "nip": 10, "pesel": 11, "card": 16, "iban": 26}
# Of so many no clean copy meets the tenfold: a Poisson's tail is below e^-70 then (Chernoff).
_MANY = 5.0


@dataclass(frozen=True, kw_only=True)
class Size:
    """Of a copy: its customers, the most rows that one place has, and how often a text is looked up."""

    customers: int
    rows: int
    texts: int


def of_draws(expected: float) -> float:
    """How likely draws give back so many values that the check fails, where up to that many are expected.

    The check assumes no fewer, and fails a count that is met more seldom than ALPHA; a single value only
    where even that is.
    """
    return min(expected, ALPHA)


def of_numbers(expected: float) -> float:
    """How likely so many numbers meet originals that the check, which assumes more of them, fails."""
    if expected > _MANY:
        return 0.0
    count = 1
    while at_least(count, UNEVEN * expected) >= ALPHA_OF_NUMBERS:
        count += 1
    return at_least(count, expected)


def bound(rules: Iterable[Rule], size: Size) -> float:
    """The chance that a check of a clean copy under these rules raises any alarm, at most."""
    masked = [rule for rule in rules if rule.masks]
    left = [(rule, of_rule(rule, Slot())) for rule in masked]
    populations = {population(rule.transform) for rule in masked if rule.class_ == "identifying"}
    kept = sum(of_draws(one.chance * size.rows) for _, one in left if one.chance)
    same_row = sum(
        of_draws(one.word * size.rows)
        for rule, one in left
        for name in populations & explained_by(rule.transform)
        if one.word
    )
    numbers = sum(_numbers(rule.transform, name, size) for rule in masked for name in populations)
    return kept + same_row + numbers + _collisions(sum(rule.class_ == "identifying" for rule in masked), size)


def _numbers(transform: str, name: str, size: Size) -> float:
    """A number of another population within a result: windows x originals / 10^digits."""
    width, within = _WIDTHS.get(name), _WIDTHS.get(transform)
    if width is None or within is None or name == transform or width > within + 2:
        return 0.0
    return of_numbers(size.rows * (within + 3 - width) * size.customers / 10.0**width)


def _collisions(places: int, size: Size) -> float:
    """Two different texts with one fingerprint: each window that is looked up, with each original."""
    return size.texts * size.customers * places / _PRINTS
