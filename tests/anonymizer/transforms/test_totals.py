"""Declared totals: what their masked parts add up to, to the last decimal."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.masks.masking import table_mask
from anonymizer.policies.plan import TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.policies.schema import Column, Schema, Table
from anonymizer.transforms.totals import Sum, Term, added, sum_in, terms
from tests.anonymizer.transforms.applied import KEY

AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=2)
COUNTS = st.integers(0, 10**6)
PERTURB = {"transform": "perturb", "class": "sensitive", "scope": "entity(id)"}


def totals(of: str, **columns: list[str | None]) -> pa.Table:
    """The masked rows: every part perturbed but `quantity`, which is kept."""
    rows = len(next(iter(columns.values())))
    batch = {"id": [str(at) for at in range(rows)], **columns, "total": ["1.00"] * rows}
    table = Table(
        name="orders", schema="public", relation="orders", rows=rows, unique={},
        columns={
            name: Column(
                name=name, type="numeric", base="numeric", limit=None, nullable=True, default=False,
                generated=False,
            )
            for name in batch
        },
    )  # fmt: skip
    written: dict[str, object] = {name: "keep" if name in ("id", "quantity") else PERTURB for name in batch}
    written["total"] = {"transform": "total", "class": "sensitive", "options": {"of": of}}
    plan = TablePlan(table=table, rules={name: Rule.model_validate(rule) for name, rule in written.items()})
    return table_mask(plan, Schema(tables={"orders": table}), KEY)(
        pa.table({name: pa.array(values, pa.string()) for name, values in batch.items()})
    )


def numbers(rows: pa.Table, name: str) -> list[Decimal]:
    return [Decimal(value or "0") for value in rows[name].to_pylist()]


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS), min_size=1, max_size=6))
def test_a_sum_is_exact(parts: list[tuple[Decimal, Decimal, Decimal]]) -> None:
    net, vat, discount = ([f"{row[at]:f}" for row in parts] for at in range(3))
    found = totals("net + vat - discount", net=list(net), vat=list(vat), discount=list(discount))
    sums = zip(*(numbers(found, name) for name in ("net", "vat", "discount")), strict=True)
    assert numbers(found, "total") == [a + b - c for a, b, c in sums]
    assert found["net"].to_pylist() != net or all(amount == "0.00" for amount in net)


@given(st.lists(st.tuples(AMOUNTS, COUNTS), min_size=1, max_size=6))
def test_a_product_is_exact(lines: list[tuple[Decimal, int]]) -> None:
    prices, counts = [f"{price:f}" for price, _ in lines], [str(count) for _, count in lines]
    found = totals("price * quantity", price=list(prices), quantity=list(counts))
    pairs = zip(numbers(found, "price"), numbers(found, "quantity"), strict=True)
    assert numbers(found, "total") == [price * count for price, count in pairs]


def test_what_is_missing_counts_as_nothing_and_what_is_no_number_has_no_total() -> None:
    found = totals("net + vat", net=["10.00", "10.00"], vat=[None, "NaN"])
    first, second = found["total"].to_pylist()
    assert Decimal(first) == numbers(found, "net")[0]
    assert second in (None, "NaN")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a", (Term(sign=1, columns=("a",)),)),
        ('a * b - "c d"', (Term(sign=1, columns=("a", "b")), Term(sign=-1, columns=("c d",)))),
        ("-a+b", (Term(sign=-1, columns=("a",)), Term(sign=1, columns=("b",)))),
        ("a b", ()),
        ("a +", ()),
        ("sum(a)", ()),
        ("", ()),
    ],
)
def test_an_expression_is_columns_with_signs(written: str, read: tuple[Term, ...]) -> None:
    assert terms(written) == read


@given(st.lists(st.lists(AMOUNTS.map(lambda amount: f"{amount:f}") | st.none(), max_size=4), max_size=5))
def test_the_sums_of_rows_elsewhere_are_exact(rows: list[list[str | None]]) -> None:
    amounts = pa.array([amount for row in rows for amount in row], pa.string())
    found = added(amounts, np.array([len(row) for row in rows], np.int64)).to_pylist()
    assert list(map(Decimal, found)) == [sum(Decimal(amount or "0") for amount in row) for row in rows]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("sum(items.amount by order_id)", Sum(table="items", column="amount", by="order_id", own=None)),
        ('sum( shop.items."a b" by x = id )', Sum(table="shop.items", column="a b", by="x", own="id")),
        ("amount", None),
    ],
)
def test_a_sum_names_table_column_and_key(written: str, read: Sum | None) -> None:
    [term] = terms(written)
    assert sum_in(term.columns[0]) == read
