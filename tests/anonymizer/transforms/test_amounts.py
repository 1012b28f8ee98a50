"""Perturbed amounts: near what they were, never the same, with as many decimals and the same sign."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.transforms.base import Slot
from tests.anonymizer.transforms.applied import mask

AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**25), max_value=10**25, places=2)


def one(value: str, type_: str = "numeric", **options: int) -> Decimal:
    [found] = mask("perturb", [value], options=dict(options), slot=Slot(type=type_))
    return Decimal(found or "")


@given(AMOUNTS, st.integers(1, 90))
def test_an_amount_moves_within_its_share_and_keeps_sign_and_decimals(amount: Decimal, percent: int) -> None:
    found = one(f"{amount:f}", percent=percent)
    cent = Decimal("0.01")
    assert found.as_tuple().exponent == -2
    assert (found > 0, found < 0) == (amount > 0, amount < 0)
    assert abs(found - amount) <= abs(amount) * percent / 100 + cent
    assert (found == amount) == (amount == 0)


@given(st.integers(1, 10**9), st.integers(0, 4))
def test_it_needs_no_more_digits_before_the_point(units: int, places: int) -> None:
    before = Decimal(units).scaleb(-places)
    assert one(f"{before:f}") < 10 ** max(1, len(str(int(before))))


@pytest.mark.parametrize(
    ("type_", "most"), [("smallint", 2**15 - 1), ("integer", 2**31 - 1), ("bigint", 2**63 - 1)]
)
def test_it_stays_within_its_type(type_: str, most: int) -> None:
    values = [str(sign * (most - step)) for step in range(50) for sign in (1, -1)]
    found = [int(value or "") for value in mask("perturb", values, slot=Slot(type=type_))]
    assert all(abs(value) <= most for value in found)
    assert not {str(value) for value in found} & set(values[:2])


def test_all_amounts_of_an_entity_move_by_the_same_share() -> None:
    found = mask("perturb", ["1000.00", "3000.00", "1000.00"], of=["a", "a", "b"], slot=Slot(type="numeric"))
    first, second, other = (Decimal(value or "") for value in found)
    assert abs(second - 3 * first) <= Decimal("0.02")
    assert other != first


def test_zero_and_what_is_no_number_stay() -> None:
    assert mask("perturb", ["0.00", "NaN", "-Infinity"]) == ["0.00", "NaN", "-Infinity"]


def test_a_float_with_an_exponent_is_moved_too() -> None:
    assert Decimal("1.0e30") < one("1.25e30", "double precision") < Decimal("1.5e30")
