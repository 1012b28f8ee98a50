"""What an attacker knows of a person, and what a target says of them. Reads nothing.

The attacker has the policy: where it makes values coarser, they make what they know coarser, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from anonymizer.policies.plan import TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.proof.terms import Amount, Moment, Term, Text
from anonymizer.transforms import KEEP
from anonymizer.transforms.base import DATES, NUMBERS
from anonymizer.transforms.generalise import Coarseness


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One column: as the source knows it and as the target shows it, as a number or as a text."""

    name: str
    number: bool
    known: Term
    seen: Term

    @property
    def label(self) -> str:
        """What it is called in a batch: a name that no column of a table has."""
        return f"\x1d{self.name}"


def facts_of(copy: TablePlan, names: Sequence[str]) -> tuple[Fact, ...]:
    """The facts that these columns hold."""
    return tuple(_fact(name, copy.table.columns[name].base, copy.rules[name]) for name in names)


def as_it_is(name: str, base: str) -> Fact:
    """A column of that type, told as it stands there."""
    return _fact(name, base, Rule(transform=KEEP))


def _fact(name: str, base: str, rule: Rule) -> Fact:
    coarser = rule.transform == "generalise"
    options = Coarseness.model_validate(rule.options if coarser else {})
    if base in DATES:
        start = options.to or "year" if coarser else None
        return Fact(name=name, number=True, known=Moment(column=name, start=start), seen=Moment(column=name))
    if base in NUMBERS:
        band = options.band or 2 if coarser else None
        return Fact(name=name, number=True, known=Amount(column=name, band=band), seen=Amount(column=name))
    text = Text(column=name, prefix=options.prefix or 1 if coarser else None)
    return Fact(name=name, number=False, known=text, seen=text)
