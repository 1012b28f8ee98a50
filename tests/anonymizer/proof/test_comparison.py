"""Survivors are told from chance, and a single one that chance cannot explain fails."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.proof.characters import Words
from anonymizer.proof.comparison import ALPHA, Comparison, Draws, Meeting, at_least, meet, met_by_chance
from anonymizer.proof.partitions import Records

ROWS = 5000
PEOPLE = np.arange(1, ROWS + 1, dtype=np.uint64) << np.uint64(6)


def of(before: Words, after: Words, *, per_person: bool = False) -> Comparison:
    """An identifying column of which every row is another person's."""
    met = meet(
        Records(prints=before, tags=PEOPLE[: len(before)]), Records(prints=after, tags=PEOPLE[: len(after)])
    )
    draws = Draws(per_person=per_person, persons=float(len(before)), distinct=float(len(np.unique(after))))
    return Comparison(
        place="t.c", identifying=True, judged=True, values=len(before), survivors=met.own_rows,
        pairs=draws.kept(met), matched=True, by_chance=draws.expected(met), coincidences=met.rows,
    )  # fmt: skip


def prints(start: int) -> Words:
    """Fingerprints that meet no others."""
    return np.arange(1, ROWS + 1, dtype=np.uint64) * np.uint64(7919) + np.uint64(start * 10**12)


def dealt(random: np.random.Generator, pool: int) -> Words:
    return random.integers(1, pool + 1, ROWS).astype(np.uint64)


@given(st.integers(0, ROWS - 1), st.booleans())
def test_one_kept_identifying_value_fails(place: int, per_person: bool) -> None:
    after = prints(2)
    after[place] = prints(1)[place]
    found = of(prints(1), after, per_person=per_person)
    assert (found.survivors, found.by_chance, found.passes) == (1, 0.0, False)


def test_one_kept_common_value_is_chance_even_in_a_tiny_table_and_most_of_them_are_not() -> None:
    draws = Draws(per_person=True, persons=5.0, distinct=5.0)
    assert at_least(1, draws.expected(Meeting(own_pairs=1), common=True)) > ALPHA
    assert at_least(4, draws.expected(Meeting(own_pairs=4), common=True)) < ALPHA


def test_values_that_are_all_new_pass() -> None:
    found = of(prints(1), prints(2))
    assert (found.values, found.survivors, found.coincidences, found.passes) == (ROWS, 0, 0, True)


@pytest.mark.parametrize("per_person", [True, False])
def test_a_column_that_was_kept_fails_even_with_few_different_values(*, per_person: bool) -> None:
    names = dealt(np.random.default_rng(1), 50)
    found = of(names, names, per_person=per_person)
    assert not found.passes
    assert replace(found, judged=False).passes, "what the policy keeps and calls common is counted only"


@pytest.mark.parametrize("pool", [50, 1000, 100_000])
def test_names_dealt_to_persons_from_a_pool_pass_though_some_meet_their_owner(pool: int) -> None:
    random = np.random.default_rng(pool)
    found = of(dealt(random, pool), dealt(random, pool), per_person=True)
    assert found.passes
    assert found.coincidences > 0


@pytest.mark.parametrize("pool", [50, 1000])
def test_a_value_that_becomes_another_everywhere_is_one_draw(pool: int) -> None:
    random = np.random.default_rng(pool)
    names = dealt(random, pool)
    became = random.integers(1, pool + 1, pool + 1).astype(np.uint64)
    became[7] = 7
    found = of(names, became[names.astype(np.int64)])
    assert found.survivors > 1
    assert found.passes, "a name of many rows that stayed by chance stayed once"


def test_a_permutation_within_small_parts_leaves_one_value_a_part_in_its_place() -> None:
    """As PESELs of two million people do, permuted within sex and birth year."""
    random, parts, size, inside = np.random.default_rng(8), 200, 1000, 25
    offset = np.arange(1, parts + 1, dtype=np.uint64).repeat(inside) * np.uint64(10**6)

    def side() -> Words:
        dealt_ = np.concatenate([random.permutation(size)[:inside] for _ in range(parts)])
        return offset + dealt_.astype(np.uint64)

    met = of(side(), side())
    draws = Draws(per_person=False, persons=ROWS, distinct=ROWS, within=size)
    expected = draws.expected(Meeting(own_values=met.pairs, values=met.pairs))
    assert expected == parts * inside / size
    assert met.pairs > 0
    assert at_least(met.pairs, expected) >= ALPHA
    assert at_least(met.pairs, met.by_chance) < ALPHA, "who meets whom explains too few"
    assert at_least(met.pairs + 30, expected) < ALPHA, "and what somebody put back is too much"


def test_one_value_in_its_place_fails_where_a_permutation_would_seldom_leave_it_there() -> None:
    draws = Draws(per_person=False, persons=400.0, distinct=400.0, within=365 * 5000.0)
    assert at_least(1, draws.expected(Meeting(own_values=1, values=1))) < ALPHA


def test_more_than_chance_fails_among_names_from_a_pool() -> None:
    random = np.random.default_rng(3)
    before, after = dealt(random, 100_000), dealt(random, 100_000)
    after[:100] = before[:100]
    assert not of(before, after, per_person=True).passes


@pytest.mark.parametrize(
    ("originals", "by_chance", "passes"), [(1.0, 0.0, False), (0.4, 0.0, True), (1.0, 0.6, True)]
)
def test_originals_dealt_out_to_others_fail_only_beyond_chance(
    originals: float, by_chance: float, *, passes: bool
) -> None:
    found = replace(of(prints(1), prints(2)), originals=originals, originals_by_chance=by_chance)
    assert found.passes is passes
    assert replace(found, identifying=False).passes
    assert passes or "100% of the different values are originals of other rows" in found.fault


@pytest.mark.parametrize("pool", [500, 5000, 50_000, 10**7])
def test_a_column_tells_how_often_its_population_is_met_again(pool: int) -> None:
    random = np.random.default_rng(pool)
    before, after = np.unique(dealt(random, pool)), np.unique(dealt(random, pool))
    met = len(np.intersect1d(before, after)) / len(after)
    assert met_by_chance(ROWS, len(before), 0.0) == pytest.approx(met, abs=0.05)


def test_few_values_and_crowded_numbers_are_left_to_chance() -> None:
    assert met_by_chance(10, 10, 0.0) == 1.0
    assert met_by_chance(9000, 9000, 0.9) == 0.9
    assert met_by_chance(9000, 9000, 0.0) < 0.01


def test_who_nobody_can_name_has_no_survivors() -> None:
    nobody = Records(prints=prints(1), tags=np.zeros(ROWS, np.uint64))
    assert (meet(nobody, nobody).own_rows, meet(nobody, nobody).rows) == (0, ROWS)


@pytest.mark.parametrize(("survivors", "passes"), [(ROWS // 50, False), (0, True)])
def test_without_a_key_original_values_anywhere_count(*, survivors: int, passes: bool) -> None:
    found = replace(of(prints(1), prints(2)), matched=False, survivors=survivors)
    assert found.passes is passes


@given(st.integers(0, 200), st.floats(0, 100))
def test_a_poisson_tail_falls_with_the_count_and_grows_with_what_is_expected(
    count: int, expected: float
) -> None:
    assert 0 <= at_least(count + 1, expected) <= at_least(count, expected) + 1e-9 <= 1 + 1e-9
    assert at_least(count, expected) <= at_least(count, expected + 1) + 1e-9


def test_a_poisson_tail_agrees_with_the_table() -> None:
    assert at_least(3, 1.0) == pytest.approx(0.0803, abs=1e-4)
    assert at_least(1, 0.0) == 0.0
    assert at_least(2_000_000, 10.0) == 0.0
