"""What so many orders can prove, against the textbook's formulas."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.bounds import upper_bound


@given(st.integers(1, 1_000_000))
def test_for_none_gone_wrong_it_is_the_closed_form(orders: int) -> None:
    assert upper_bound(0, orders) == pytest.approx(1 - 0.05 ** (1 / orders), rel=1e-6)


def test_for_many_orders_it_is_the_rule_of_three() -> None:
    assert upper_bound(0, 3600) == pytest.approx(3 / 3600, rel=2e-3)


@pytest.mark.parametrize(("bad", "orders", "bound"), [(1, 10, 0.39416), (3, 20, 0.34366), (10, 100, 0.16372)])
def test_published_values_of_clopper_and_pearson(bad: int, orders: int, bound: float) -> None:
    assert upper_bound(bad, orders) == pytest.approx(bound, abs=2e-4)


def test_when_all_went_wrong_there_is_no_bound_below_one() -> None:
    assert upper_bound(5, 5) == 1


@given(st.integers(0, 50), st.integers(1, 5000))
def test_the_bound_lies_above_what_was_seen(bad: int, more: int) -> None:
    assert bad / (bad + more) < upper_bound(bad, bad + more) <= 1


@pytest.mark.parametrize(("bad", "orders"), [(-1, 5), (6, 5)])
def test_counts_that_cannot_be_are_refused(bad: int, orders: int) -> None:
    with pytest.raises(ValueError, match=f"{bad} of {orders}"):
        upper_bound(bad, orders)
