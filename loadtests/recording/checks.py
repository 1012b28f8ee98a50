"""What journeys checked of answers, by its name: how often it held, and how often not. Standard library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

MOST = 50
"""Checks of a journey that are told apart: a name with a number in it would be another each time."""
OTHERS = f"other checks than the first {MOST}"


@dataclass(kw_only=True, slots=True)
class Checked:
    """How often a check held, and how often it did not."""

    held: int = 0
    failed: int = 0

    def add(self, *, holds: bool) -> None:
        """One look more."""
        self.held += holds
        self.failed += not holds

    @property
    def total(self) -> int:
        return self.held + self.failed


Checks = Mapping[str, Mapping[str, Checked]]
"""By journey, then by what was checked."""


def read(values: object) -> dict[str, dict[str, Checked]]:
    """The checks in a summary. Raises TypeError, AttributeError: not as written."""
    if not isinstance(values, Mapping):
        raise TypeError("checks are no object")
    return {
        journey: {what: Checked(**found) for what, found in named.items()}
        for journey, named in values.items()
    }


def document(found: Checks) -> dict[str, dict[str, dict[str, int]]]:
    """As it stands in JSON."""
    return {journey: {what: asdict(each) for what, each in named.items()} for journey, named in found.items()}


def summed(every: Iterable[Checks]) -> dict[str, dict[str, Checked]]:
    """Those of all workers, by journey in order of their names."""
    total: dict[str, dict[str, Checked]] = {}
    for found in every:
        for journey, named in found.items():
            of_journey = total.setdefault(journey, {})
            for what, each in named.items():
                known = of_journey.setdefault(what, Checked())
                known.held += each.held
                known.failed += each.failed
    return dict(sorted(total.items()))
