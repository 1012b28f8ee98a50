"""How the check reads one side of a copy, whatever holds its rows: a database or files. Reads nothing itself.

Every engine has a `Side`; what is compared and searched, and how it is judged, is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import pyarrow as pa

from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.proof import identities
from anonymizer.proof.dealing import holds
from anonymizer.proof.identities import Identity
from anonymizer.proof.known import Fact
from anonymizer.proof.places import UNIT, Place, compared, searched, values_at
from anonymizer.proof.terms import Term
from anonymizer.transforms.results import Holds


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One table as both sides are read: who its rows are about, the places to look at, what to count."""

    table: TablePlan
    key: Identity | None
    person: Identity | None
    compared: tuple[Place, ...]
    searched: tuple[Place, ...]
    facts: tuple[Fact, ...] = ()

    @property
    def name(self) -> str:
        return self.table.table.name

    @cached_property
    def left(self) -> Mapping[str, Holds]:
        """What can rightly stand in each place of what stood there, by label."""
        return {place.label: holds(place, self.table) for place in (*self.searched, *self.compared)}

    @property
    def named(self) -> dict[str, str]:
        """The columns that say whom a row is about, by what they are called in a batch."""
        both = [identity for identity in (self.key, self.person) if identity is not None]
        return {label: name for one in both for label, name in zip(one.labels, one.columns, strict=True)}


class Side(Protocol):
    """The rows of one side: all columns of `sheet.named` and the places, by label, as text; and the facts."""

    def rows(self, sheet: Sheet, places: Sequence[Place]) -> Iterator[pa.RecordBatch]: ...


class Telling(Side, Protocol):
    """A side that tells terms of its rows; of the source only the rows that were copied."""

    def told(
        self, table: TablePlan, terms: Mapping[str, Term], *, sample: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """One column a term, by its name; of `sample` rows or so, by chance, where a number is given."""
        ...


def sheets(
    plan: Plan, facts: Mapping[str, tuple[Fact, ...]] | None = None, *, mapped: bool = False
) -> list[Sheet]:
    """Every table that is copied, its rows told apart by their primary keys, by masked ones if `mapped`.

    `facts` are to be counted, by table.
    """
    return [
        sheet(
            table,
            key=identities.key(plan, table, mapped=mapped),
            person=identities.person(plan, table, mapped=mapped),
            facts=facts.get(table.table.name, ()) if facts else (),
        )
        for table in plan.copies
    ]


def sheet(
    table: TablePlan, *, key: Identity | None, person: Identity | None, facts: tuple[Fact, ...] = ()
) -> Sheet:
    """A table whose rows are told apart in that way."""
    return Sheet(
        table=table,
        key=key,
        person=person,
        compared=tuple(compared(table)),
        searched=tuple(searched(table)),
        facts=facts,
    )


def batch(
    sheet: Sheet, places: Sequence[Place], column: Callable[[str], pa.Array], rows: int
) -> pa.RecordBatch:
    """What a side gives of so many rows, where `column` gives the texts of a column."""
    cells = {label: column(name) for label, name in sheet.named.items()}
    for place in places:
        texts = column(place.column)
        cells[place.label] = texts if place.path is None else values_at(texts, place.path)
    return pa.RecordBatch.from_pydict(cells or {UNIT: pa.nulls(rows, pa.string())})
