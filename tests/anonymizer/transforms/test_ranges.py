"""Ranges keep their width, their ends and their order, whatever moves them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.transforms.base import Slot
from tests.anonymizer.transforms.applied import mask

DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1))
AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False)
WHOLE = st.integers(-(2**31) + 1, 2**31 - 1)


def numbers(text: str) -> list[Decimal]:
    return [Decimal(part) for part in text.strip("[]()").split(",")]


@given(st.lists(DAYS, min_size=2, max_size=2, unique=True).map(sorted))
def test_a_range_of_dates_moves_by_whole_weeks_and_stays_as_long(days: list[date]) -> None:
    (found,) = mask("shift_date", [f"[{days[0]},{days[1]})"], slot=Slot(type="daterange"))
    first, last = (date.fromisoformat(part) for part in (found or "").strip("[)").split(","))
    moved = (first - days[0]).days
    assert last - first == days[1] - days[0]
    assert moved % 7 == 0
    assert moved != 0


@given(st.lists(AMOUNTS, min_size=2, max_size=2, unique=True).map(sorted))
def test_a_range_of_amounts_moves_but_stays_as_wide_and_on_its_side_of_zero(bounds: list[Decimal]) -> None:
    (found,) = mask("perturb", [f"[{bounds[0]},{bounds[1]})"], slot=Slot(type="numrange"))
    low, high = numbers(found or "")
    assert high - low == bounds[1] - bounds[0]
    assert low != bounds[0]
    assert low >= 0 or bounds[0] < 0
    assert high <= 0 or bounds[1] > 0
    greatest = max(abs(bound) for bound in bounds)
    assert abs(low - bounds[0]) <= max(greatest * Decimal("0.2") + Decimal("0.01"), Decimal("0.01"))


@given(st.lists(WHOLE, min_size=2, max_size=2, unique=True).map(sorted))
def test_a_range_of_integers_stays_in_its_type_where_one_side_has_room(bounds: list[int]) -> None:
    (found,) = mask("perturb", [f"[{bounds[0]},{bounds[1]})"], slot=Slot(type="int4range"))
    low, high = numbers(found or "")
    assert high - low == bounds[1] - bounds[0]
    if bounds[1] - bounds[0] < 2**30:
        assert -(2**31) <= low < high <= 2**31 - 1


def test_all_ranges_and_dates_of_an_entity_move_alike() -> None:
    (date_,) = mask("shift_date", ["2024-05-01"], of=["7"], slot=Slot(type="date"))
    (range_,) = mask("shift_date", ["[2024-05-01,2024-05-09]"], of=["7"], slot=Slot(type="daterange"))
    assert (range_ or "")[1:11] == date_


@pytest.mark.parametrize(
    ("transform", "type_", "text"),
    [
        ("shift_date", "daterange", "empty"), ("shift_date", "daterange", "(,)"),
        ("shift_date", "tstzrange", "[-infinity,infinity]"), ("perturb", "numrange", "(,)"),
        ("perturb", "int4multirange", "{}"), ("perturb", "numrange", "empty"),
    ],
)  # fmt: skip
def test_what_has_no_end_keeps_none(transform: str, type_: str, text: str) -> None:
    assert mask(transform, [text, None], slot=Slot(type=type_)) == [text, None]


def test_quotes_and_brackets_stay_around_timestamps() -> None:
    text = '["2024-01-01 10:00:00+01","2024-02-01 11:00:00+01")'
    (found,) = mask("shift_date", [text], slot=Slot(type="tstzrange"))
    assert found is not None
    assert re.sub(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "day", found) == '["day 10:00:00+01","day 11:00:00+01")'


def test_the_parts_of_a_multirange_keep_their_distances() -> None:
    (found,) = mask("perturb", ["{[100,200),[300,310)}"], slot=Slot(type="int8multirange"))
    bounds = [int(text) for text in re.findall(r"[0-9]+", found or "")]
    assert [bound - bounds[0] for bound in bounds] == [0, 100, 200, 210]


def test_an_array_of_ranges_is_masked_by_element() -> None:
    (found,) = mask("perturb", ['{"[1,5)",NULL,"(,9)"}'], slot=Slot(type="numrange[]"))
    assert found is not None
    assert found.count(",") == 4
    assert "NULL" in found
    assert "[1,5)" not in found
