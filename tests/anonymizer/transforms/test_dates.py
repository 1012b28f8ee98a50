"""Dates move by whole weeks, never by none, and keep the distances within an entity."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.anonymizer.transforms.applied import mask

DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))


@given(DAYS, st.integers(1, 100), st.text(min_size=1))
def test_a_date_moves_by_whole_weeks_within_the_span(day: date, weeks: int, who: str) -> None:
    moved = (
        date.fromisoformat(mask("shift_date", [str(day)], of=[who], options={"weeks": weeks})[0] or "") - day
    )
    assert moved.days % 7 == 0
    assert 7 <= abs(moved.days) <= 7 * weeks


@given(DAYS, st.integers(0, 4000))
def test_distances_within_an_entity_stay(first: date, days: int) -> None:
    second = first + timedelta(days=days)
    found = mask("shift_date", [str(first), str(second)], of=["anna", "anna"])
    a, b = (date.fromisoformat(one or "") for one in found)
    assert (b - a).days == days


def test_the_time_of_day_and_the_zone_stay() -> None:
    found = mask("shift_date", ["2024-02-29 10:11:12.345+00"], of=["anna"])[0] or ""
    assert found.endswith(" 10:11:12.345+00")
    assert not found.startswith("2024-02-29")


def test_infinity_stays_and_what_has_no_four_digit_year_becomes_null() -> None:
    values = ["infinity", "-infinity", "0044-03-15 BC", "10000-01-01"]
    assert mask("shift_date", values) == ["infinity", "-infinity", None, None]
