"""What an attacker knows of a person, and what a target says of them, in SQL. Reads nothing.

The attacker has the policy: where it makes values coarser, they make what they know coarser, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from anonymizer.policies.plan import TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.transforms import KEEP
from anonymizer.transforms.base import DATES, NUMBERS


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One column: as the source knows it and as the target shows it, as a number or as a text."""

    name: str
    number: bool
    known: sql.Composable
    seen: sql.Composable


def facts_of(copy: TablePlan, names: Sequence[str]) -> tuple[Fact, ...]:
    """The facts that these columns hold."""
    return tuple(_fact(name, copy.table.columns[name].base, copy.rules[name]) for name in names)


def as_it_is(name: str, base: str) -> Fact:
    """A column of that type, told as it stands there."""
    return _fact(name, base, Rule(transform=KEEP))


def _fact(name: str, base: str, rule: Rule) -> Fact:
    column = sql.Identifier(name)
    coarser, options = rule.transform == "generalise", rule.options
    if base in DATES:
        unit = sql.Literal(str(options.get("to", "year")))
        rough = sql.SQL("date_trunc({}, {})").format(unit, column) if coarser else column
        return Fact(name=name, number=True, known=_seconds(rough), seen=_seconds(column))
    if base in NUMBERS:
        band = sql.Literal(int(options.get("band", 2)))
        rough = sql.SQL("floor({} / {}::numeric) * {}").format(column, band, band) if coarser else column
        return Fact(name=name, number=True, known=_double(rough), seen=_double(column))
    length = sql.Literal(int(options.get("prefix", 1)))
    text = sql.SQL("left({}::text, {})").format(column, length) if coarser else _text(column)
    return Fact(name=name, number=False, known=text, seen=text)


def _seconds(moment: sql.Composable) -> sql.Composable:
    return sql.SQL("extract(epoch FROM {})::float8").format(moment)


def _double(number: sql.Composable) -> sql.Composable:
    return sql.SQL("({})::float8").format(number)


def _text(column: sql.Composable) -> sql.Composable:
    return sql.SQL("{}::text").format(column)
