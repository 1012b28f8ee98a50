"""The attack finds whom facts give away, and nobody beyond guessing where they tell nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.proof.linkage import CATEGORY, Attack, Facts, Linkage, wilson

PERSONS = np.arange(1, 201, dtype=np.uint64)


def attacked(known: Facts, seen: Facts, *scales: float) -> Linkage:
    """Everybody is looked for; rows arrive in two blocks."""
    attack = Attack(PERSONS[: len(known)], known, np.array(scales))
    for rows in (slice(0, 70), slice(70, None)):
        attack.show(PERSONS[: len(seen)][rows], seen[rows])
    return attack.result(10**9)


def column(*values: Facts) -> Facts:
    return np.stack(values, axis=1).astype(np.float64)


def test_everybody_is_found_by_a_number_that_is_theirs_alone() -> None:
    facts = column(np.arange(200.0))
    found = attacked(facts, facts, 199.0)
    assert (found.attacks, found.links, found.singled_out, found.risk) == (200, 200.0, 200, 1.0)


def test_everybody_is_found_by_a_number_that_moved_a_little() -> None:
    facts = column(np.arange(200.0))
    found = attacked(facts, facts + 0.4, 199.0)
    assert (found.success, found.singled_out_rate) == (1.0, 1.0)


def test_a_fact_that_all_share_is_no_better_than_a_guess() -> None:
    facts = column(np.zeros(200))
    found = attacked(facts, facts, CATEGORY)
    assert found.links == pytest.approx(1.0)
    assert (found.singled_out, found.by_chance) == (0, 1 / 200)
    assert found.risk == pytest.approx(0.0)


def test_a_group_of_ten_is_guessed_among() -> None:
    facts = column(np.arange(200.0) // 10)
    found = attacked(facts, facts, CATEGORY)
    assert found.success == pytest.approx(0.1)
    assert found.singled_out == 0


def test_facts_of_others_mislead() -> None:
    facts = column(np.arange(200.0))
    assert attacked(facts, facts[::-1].copy(), 199.0).links == 0


def test_two_facts_tell_what_neither_tells_alone_and_null_is_like_null() -> None:
    tens, ones = np.arange(200.0) // 20, np.arange(200.0) % 20
    tens[tens == 3] = np.nan
    found = attacked(column(tens, ones), column(tens, ones), CATEGORY, 19.0)
    assert found.singled_out == 200


def test_who_is_not_in_the_target_is_not_attacked() -> None:
    facts = column(np.arange(200.0))
    found = attacked(facts, facts[:50], 199.0)
    assert (found.attacks, found.singled_out) == (50, 50)
    nobody = attacked(facts[:0], facts, 199.0)
    assert (nobody.attacks, nobody.success, nobody.risk, nobody.low, nobody.high) == (0, 0.0, 0.0, 0.0, 1.0)


@given(st.integers(1, 5000), st.floats(0, 1))
def test_wilsons_interval_holds_the_rate(of: int, rate: float) -> None:
    low, high = wilson(rate * of, of, 10**6)
    assert 0 <= low <= rate + 1e-9
    assert rate - 1e-9 <= high <= 1


def test_wilsons_interval_agrees_with_the_table() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3: 81 of 263.
    assert wilson(81, 263, 10**9) == pytest.approx((0.2553, 0.3662), abs=1e-4)


def test_the_interval_narrows_as_the_sample_becomes_everybody() -> None:
    wide, half, all_ = (wilson(20, 200, among) for among in (10**9, 400, 200))
    assert wide[0] < half[0] < all_[0] == all_[1] == 0.1 < half[1] < wide[1]


def test_a_risk_is_no_more_than_its_bound_and_nobody_attacked_proves_nothing() -> None:
    facts = column(np.arange(200.0) // 10)
    found = attacked(facts, facts, CATEGORY)
    assert found.risk < found.most < 0.2
    assert attacked(facts[:0], facts, CATEGORY).most == 1.0


@pytest.mark.parametrize(
    ("known", "seen", "scale", "links"),
    [
        # Whoever differs by NULL is as far as can be; by a number, by its share of the range, at most by one.
        ([1.0], [[1.0], [np.nan]], 10.0, 1.0),
        ([np.nan], [[1.0], [np.nan]], 10.0, 0.0),
        ([5.0], [[0.0], [10.0]], 10.0, 0.5),
        ([5.0], [[4.0], [7.0]], 10.0, 1.0),
        ([5.0], [[500.0], [900.0]], 10.0, 0.5),
        ([5.0], [[6.0], [5.0]], CATEGORY, 0.0),
        ([5.0], [[6.0], [7.0]], CATEGORY, 0.5),
    ],
)
def test_the_nearest_row_is_picked_and_among_equals_one_by_chance(
    known: list[float], seen: list[list[float]], scale: float, links: float
) -> None:
    attack = Attack(PERSONS[:1], np.array([known]), np.array([scale]))
    for row, facts in enumerate(seen):
        attack.show(PERSONS[row : row + 1], np.array([facts]))
    found = attack.result(10)
    assert (found.attacks, found.links, found.by_chance) == (1, links, 0.5)


def test_a_person_of_many_rows_is_found_by_any_of_them_and_guessed_more_often() -> None:
    attack = Attack(PERSONS[:1], np.array([[1.0]]), np.array([CATEGORY]))
    attack.show(PERSONS[[0, 0, 0, 1]], np.array([[1.0], [1.0], [2.0], [1.0]]))
    found = attack.result(1)
    assert found.links == pytest.approx(2 / 3)
    assert (found.by_chance, found.singled_out) == (0.75, 0)
    assert found.risk == 0.0, "a guess is better"
    assert found.to_dict()["risk_at_most"] == found.most
