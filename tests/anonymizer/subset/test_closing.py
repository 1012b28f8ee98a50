"""Whatever the references, no row of a subset refers outside of it, and a larger one holds a smaller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.pseudonyms.keys import Key
from anonymizer.subset.closing import AT, Choice, closed
from anonymizer.subset.owners import Link, owners
from anonymizer.subset.request import Request, Root

KEY = Key(bytes(range(32)))
TABLES = ("a", "b", "c")
Row = dict[str, str | None]
Data = dict[str, list[Row]]


@dataclass(frozen=True)
class Memory:
    """Tables in memory, asked as a server is."""

    data: Data

    def candidates(self, table: str, condition: str | None) -> pa.Table:
        return self._table([row for row in self.data[table] if condition is None or row["id"] == condition])

    def unset(self, table: str, columns: Sequence[str]) -> pa.Table:
        return self._table([row for row in self.data[table] if None in [row[name] for name in columns]])

    def among(self, table: str, columns: Sequence[str], keys: pa.Table) -> pa.Table:
        wanted = {tuple(key.values()) for key in keys.to_pylist()}
        assert len(wanted) == keys.num_rows
        return self._table(
            [row for row in self.data[table] if tuple(row[name] for name in columns) in wanted]
        )

    @staticmethod
    def _table(rows: list[Row]) -> pa.Table:
        names = (AT, "id", *TABLES)
        return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})


LINKS = [
    Link(table=table, columns=(parent,), parent=parent, parent_columns=("id",), nullable=True)
    for table in TABLES
    for parent in TABLES
]


@st.composite
def databases(draw: st.DrawFn) -> Data:
    """Three tables in which any row may refer to any other, to itself, or to nothing."""
    sizes = {table: draw(st.integers(0, 8)) for table in TABLES}
    ids = {table: [str(number) for number in range(sizes[table])] for table in TABLES}
    return {
        table: [
            {AT: name, "id": name, **{to: draw(st.sampled_from([None, *ids[to]])) for to in TABLES}}
            for name in ids[table]
        ]
        for table in TABLES
    }


def taken(data: Data, request: Request) -> dict[str, set[str]]:
    roots = [root.table for root in request.roots]
    choice = Choice(request=request, key=KEY, identity=dict.fromkeys(TABLES, ("id",)), strata={})
    found = closed(Memory(data), choice, owners(TABLES, LINKS, roots), LINKS, at_once=2)
    places = {table: rows.column(AT).to_pylist() for table, rows in found.items()}
    assert all(len(set(each)) == len(each) for each in places.values()), "no row twice"
    return {table: set(places.get(table, [])) for table in TABLES}


@settings(max_examples=150)
@given(databases(), st.floats(0.01, 1))
def test_a_subset_is_closed_under_every_reference(data: Data, fraction: float) -> None:
    found = taken(data, Request(fraction=fraction))
    assert all(
        row[parent] is None or row[parent] in found[parent]
        for table in TABLES
        for row in data[table]
        if row["id"] in found[table]
        for parent in TABLES
    )


@settings(max_examples=100)
@given(databases(), st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_smaller_subset_is_inside_a_larger_one(data: Data, one: float, other: float) -> None:
    small, large = (taken(data, Request(fraction=fraction)) for fraction in sorted((one, other)))
    assert all(small[table] <= large[table] for table in TABLES)


@given(databases())
def test_everything_is_everything(data: Data) -> None:
    assert taken(data, Request()) == {table: {row["id"] for row in data[table]} for table in TABLES}


@given(databases(), st.sampled_from(TABLES))
def test_a_root_brings_itself_and_those_who_come_with_it(data: Data, table: str) -> None:
    found = taken(data, Request(roots=(Root(table=table, condition="0"),)))
    assert ("0" in found[table]) == bool(data[table])
