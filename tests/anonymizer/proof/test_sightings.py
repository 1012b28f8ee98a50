"""Originals in other texts: what draws and what numbers explain, at the edges where a check turns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.proof.comparison import at_least
from anonymizer.proof.kernels import WHOLE, WORDS
from anonymizer.proof.sightings import (
    ALPHA_OF_NUMBERS,
    MADE_OF,
    POPULATIONS,
    UNEVEN,
    Sighting,
    explained_by,
    filled,
    numbers_by_chance,
    population,
)
from anonymizer.transforms import TRANSFORMS


def seen(found: int, by_chance: float, *, strange: int = 0, numbers: bool = False) -> bool:
    return Sighting(
        place="t.c", population="person", same_row=False, found=found, by_chance=by_chance, strange=strange,
        numbers=numbers,
    ).passes  # fmt: skip


@pytest.mark.parametrize(
    ("found", "by_chance", "passes"),
    [
        (0, 0.0, True),
        (1, 0.0, False),
        (1, 9.9e-8, False),
        (1, 1.1e-7, True),
        (2, 1.1e-7, False),
        (2, 4.4e-4, False),
        (2, 4.6e-4, True),
        (100, 60.0, True),
        (100, 40.0, False),
    ],
)
def test_words_fail_where_chance_reaches_them_less_than_once_in_ten_million(
    found: int, by_chance: float, *, passes: bool
) -> None:
    assert seen(found, by_chance) is passes


@pytest.mark.parametrize(
    ("found", "by_chance", "passes"),
    [(1, 0.0, False), (1, 9.9e-6, False), (1, 1.1e-5, True), (2, 4.4e-3, False), (2, 4.6e-3, True)],
)
def test_numbers_fail_where_ten_times_what_is_due_reaches_them_once_in_100_000(
    found: int, by_chance: float, *, passes: bool
) -> None:
    assert seen(found, by_chance, numbers=True) is passes


@given(st.integers(0, 50), st.floats(0, 100), st.booleans())
def test_one_that_no_draw_gives_fails_whatever_is_due(found: int, by_chance: float, numbers: bool) -> None:
    assert not seen(found, by_chance, strange=1, numbers=numbers)


@given(st.integers(0, 60), st.floats(0, 60))
def test_what_passes_still_passes_with_fewer_or_more_due(found: int, by_chance: float) -> None:
    if seen(found, by_chance):
        assert seen(max(0, found - 1), by_chance)
        assert seen(found, by_chance + 1)
        assert seen(found, by_chance, numbers=True) or at_least(found, by_chance) < ALPHA_OF_NUMBERS


@pytest.mark.parametrize(
    ("kind", "count", "share"),
    [
        (7, 0.0, 0.0),
        (7, 10.0, 1e-5),
        (9, 5e7, 0.5),
        (9, 1e8, 1.0),
        (9, 1e12, 1.0),
        (34, 1e6, 1e-27),
        (WORDS - 1, 1.0, 1e-38),
        (WORDS + 1, 1e9, 0.0),
        (WORDS + 12, 1e9, 0.0),
        (WHOLE, 0.0, 1.0),
        (WHOLE, 1e9, 1.0),
    ],
)
def test_numbers_fill_their_length_and_texts_nothing(kind: int, count: float, share: float) -> None:
    assert filled(kind, count) == pytest.approx(share)


@pytest.mark.parametrize(
    ("trials", "originals", "expected"),
    [
        ({}, {}, 0.0),
        ({9: 1000}, {}, 0.0),
        ({}, {9: 1000}, 0.0),
        ({9: 1000}, {10: 1000}, 0.0),
        ({9: 1000}, {9: 1000}, 1e-2),
        ({9: 1000, 11: 10**6}, {9: 1000, 11: 10**5}, 1e-2 + 10.0),
        ({7: 1, 34: 10**9}, {7: 1, 34: 10**9}, 1e-6),
    ],
)
def test_numbers_meet_by_windows_times_originals_of_one_width(
    trials: dict[int, int], originals: dict[int, int], expected: float
) -> None:
    assert numbers_by_chance(trials, originals) == pytest.approx(expected)
    doubled = {width: 2 * count for width, count in trials.items()}
    assert numbers_by_chance(doubled, originals) == pytest.approx(2 * expected)
    assert UNEVEN == 10, "which the expectations hold"


@pytest.mark.parametrize(
    ("transform", "explained"),
    [
        ("email", {"person"}),
        ("full_name", {"person"}),
        ("company", {"company", "person"}),
        ("street", {"place"}),
        ("phone", {"phone"}),
        ("somebody.own", {"somebody.own"}),
    ],
)
def test_a_transform_explains_its_own_population_and_what_it_makes_names_of(
    transform: str, explained: set[str]
) -> None:
    assert explained_by(transform) == explained
    assert population(transform) in explained


def test_every_population_is_of_a_transform_that_there_is() -> None:
    assert {*POPULATIONS, *MADE_OF} <= {*TRANSFORMS}
    assert {population(name) for name in TRANSFORMS} >= {"person", "place", "phone", "company"}
