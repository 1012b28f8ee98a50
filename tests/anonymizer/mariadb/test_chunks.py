"""Ranges of keys hold every row once, and only keys that compare as their texts do divide a table."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.mariadb import chunks
from anonymizer.mariadb.chunks import Chunk, Key
from anonymizer.policies.plan import TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.policies.schema import Column, Table
from anonymizer.transforms import INTEGER_KEY, KEEP


def plan(bases: Sequence[str], *, transform: str = KEEP, nullable: bool = False) -> TablePlan:
    names = [f"k{at}" for at in range(len(bases))]
    columns = {
        name: Column(
            name=name, type=base, base=base, limit=None, nullable=nullable, default=False, generated=False
        )
        for name, base in zip(names, bases, strict=True)
    }
    table = Table(
        name="t", schema="", relation="t", rows=0, columns=columns, unique={"u": tuple(names)},
        primary_key=() if nullable else tuple(names),
    )  # fmt: skip
    return TablePlan(table=table, rules={name: Rule(transform=transform) for name in names})


def holds(condition: str, row: tuple[int, ...]) -> bool:
    """The condition as Python: names are the row's numbers."""
    text = condition.replace('"', "").replace(" AND ", " and ").replace(" OR ", " or ").replace(" = ", " == ")
    return bool(eval(text, {f"k{at}": value for at, value in enumerate(row)}))  # noqa: S307 - made by us


KEYS = st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), unique=True, max_size=12)


@given(KEYS, st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), max_size=3))
def test_every_row_is_in_exactly_one_chunk(rows: list[tuple[int, int]], cuts: list[tuple[int, int]]) -> None:
    bounds: list[Key | None] = [None, *((str(a), str(b)) for a, b in sorted(set(cuts))), None]
    ranges = [Chunk(table="t", number=n, first=bounds[n], end=bounds[n + 1]) for n in range(len(bounds) - 1)]
    one = plan(["integer", "bigint"])
    conditions = [chunks.within(one.table, chunks.ordering(one), each) for each in ranges]
    for row in rows:
        assert sum(all(holds(part, row) for part in each) for each in conditions) == 1


@pytest.mark.parametrize(
    ("base", "divides", "found"),
    [
        ("integer", True, True),
        ("numeric", True, True),
        ("date", True, True),
        ("character varying", True, False),
        ("enum", False, False),
        ("real", False, False),
    ],
)
def test_a_table_is_divided_by_keys_whose_order_is_that_of_their_texts(
    base: str, *, divides: bool, found: bool
) -> None:
    assert bool(chunks.ordering(plan([base]))) == divides
    assert chunks.found_again(plan([base])) == found


def test_rows_under_masked_keys_are_not_looked_for_by_the_sources() -> None:
    masked = plan(["integer"], transform=INTEGER_KEY)
    assert chunks.ordering(masked) == ("k0",)
    assert not chunks.found_again(masked)


def test_a_key_that_may_be_null_orders_nothing() -> None:
    assert chunks.clustered(plan(["integer"], nullable=True).table) == ()
    assert chunks.source_rows(plan(["integer"], nullable=True), Chunk(table="t", number=0)) == '"t"'


def test_what_is_no_value_of_the_column_never_becomes_a_condition() -> None:
    one = plan(["integer"])
    wrong = Chunk(table="t", number=0, first=("1 OR 1 = 1",))
    with pytest.raises(ValueError, match="not the text"):
        chunks.source_rows(one, wrong)
    text = plan(["text"])
    assert "'it''s'" in chunks.source_rows(text, Chunk(table="t", number=0, first=("it's",)))
