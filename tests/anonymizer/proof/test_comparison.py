"""Survivors are told from chance, and a single one that chance cannot explain fails."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.proof.characters import Flags, Words
from anonymizer.proof.comparison import (
    ALPHA,
    Comparison,
    Draws,
    Meeting,
    among,
    at_least,
    different,
    meet,
    met_by_chance,
    repeated,
)
from anonymizer.proof.partitions import Records, together
from tests.anonymizer.proof.noting import as_dealt

ROWS = 5000
PEOPLE = np.arange(1, ROWS + 1, dtype=np.uint64) << np.uint64(7)


def of(
    before: Words, after: Words, *, per_person: bool = False, chance: float | None = 0.0, class_: str = "",
    dealt: Flags | None = None,
) -> Comparison:  # fmt: skip
    """A column of which every row is another person's; `dealt`: what of the source a draw could give."""
    was = Records(prints=before, tags=PEOPLE[: len(before)])
    possible = np.full(len(before), bool(chance)) if dealt is None else dealt
    met = meet(
        together([as_dealt(was.only(possible)), was.only(~possible)]),
        Records(prints=after, tags=PEOPLE[: len(after)]),
    )
    draws = Draws(
        per_person=per_person, persons=float(len(before)), distinct=float(len(np.unique(after))),
        chance=chance, dealt=float(possible.sum()),
    )  # fmt: skip
    return Comparison(
        place="t.c", identifying=not class_, judged=True, values=len(before), survivors=met.own_rows,
        pairs=draws.kept(met), matched=True, by_chance=draws.expected(met, common=bool(class_)),
        coincidences=met.rows, strange=draws.strange(met),
    )  # fmt: skip


def prints(start: int) -> Words:
    """Fingerprints that meet no others."""
    return np.arange(1, ROWS + 1, dtype=np.uint64) * np.uint64(7919) + np.uint64(start * 10**12)


def dealt(random: np.random.Generator, pool: int) -> Words:
    return random.integers(1, pool + 1, ROWS).astype(np.uint64)


@given(st.integers(0, ROWS - 1), st.booleans(), st.sampled_from(["", "sensitive", "free", "common"]))
def test_one_value_that_no_draw_gives_fails_whatever_its_class(
    place: int, per_person: bool, class_: str
) -> None:
    after = prints(2)
    after[place] = prints(1)[place]
    found = of(prints(1), after, per_person=per_person, class_=class_)
    assert (found.survivors, found.by_chance, found.passes) == (1, 0.0, False)


@pytest.mark.parametrize("per_person", [True, False])
def test_a_value_that_no_pool_holds_fails_among_many_that_chance_explains(*, per_person: bool) -> None:
    random = np.random.default_rng(9)
    before, after = dealt(random, 50), dealt(random, 50)
    strange = np.zeros(ROWS, bool)
    before[7] = after[7] = 10**9
    strange[7] = True
    found = of(before, after, per_person=per_person, chance=1 / 50, class_="common", dealt=~strange)
    assert (found.strange, found.passes) == (1, False)
    assert "but 1 no draw can give" in found.fault
    after[7] = 10**8
    if per_person:  # for every value there would be one draw, not one a row
        assert of(before, after, per_person=True, chance=1 / 50, class_="common", dealt=~strange).passes


def test_a_person_s_value_that_some_of_its_columns_could_be_dealt_is_not_strange() -> None:
    was = Records(prints=prints(1)[:1], tags=PEOPLE[:1])
    both = together([was, as_dealt(was)])
    assert meet(both, was).strange_pairs == 0
    assert meet(was, was).strange_pairs == 1


def test_one_kept_common_value_is_chance_even_in_a_tiny_table_and_all_of_them_are_not() -> None:
    draws = Draws(per_person=True, persons=5.0, distinct=5.0, chance=1 / 106, dealt=5.0)
    assert at_least(1, draws.expected(Meeting(own_pairs=1), common=True)) > ALPHA
    assert at_least(5, draws.expected(Meeting(own_pairs=5), common=True)) < ALPHA


def test_of_a_common_column_no_more_may_stay_than_the_draw_explains() -> None:
    """Of 200,000 surnames from a pool of 3,890 one in sixty was put back."""
    draws = Draws(per_person=True, persons=200_000.0, distinct=7000.0, chance=1 / 3890, dealt=200_000.0)
    expected = draws.expected(Meeting(own_pairs=3343), common=True)
    assert expected == pytest.approx(51.4, abs=0.1)
    assert at_least(51, expected) > 0.4
    assert at_least(3343, expected) < ALPHA
    assert at_least(100, expected) < ALPHA


def test_where_nobody_knows_how_a_transform_deals_what_others_meet_tells() -> None:
    draws = Draws(per_person=True, persons=5.0, distinct=5.0)
    assert draws.strange(Meeting(own_pairs=1, strange_pairs=1)) == 0
    assert at_least(1, draws.expected(Meeting(own_pairs=1), common=True)) > ALPHA
    assert at_least(5, draws.expected(Meeting(own_pairs=5))) < ALPHA
    assert draws.expected(Meeting(own_pairs=1, meetings=11)) == 4.0


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
    found = of(dealt(random, pool), dealt(random, pool), per_person=True, chance=1 / pool)
    assert found.passes
    assert found.coincidences > 0


@pytest.mark.parametrize("pool", [50, 1000])
def test_a_value_that_becomes_another_everywhere_is_one_draw(pool: int) -> None:
    random = np.random.default_rng(pool)
    names = dealt(random, pool)
    became = random.integers(1, pool + 1, pool + 1).astype(np.uint64)
    became[7] = 7
    found = of(names, became[names.astype(np.int64)], chance=1 / pool)
    assert found.survivors > 1
    assert found.passes, "a name of many rows that stayed by chance stayed once"


def test_more_than_chance_fails_among_names_from_a_pool() -> None:
    random = np.random.default_rng(3)
    before, after = dealt(random, 100_000), dealt(random, 100_000)
    after[:100] = before[:100]
    assert not of(before, after, per_person=True, chance=1e-5).passes


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
    found = replace(of(prints(1), prints(2)), matched=False, survivors=survivors, pairs=survivors)
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


RECORDS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.booleans()), max_size=25)


def noted(rows: list[tuple[int, int, bool]]) -> Records:
    """Records of (value, person, whether a draw could deal it); person 0 is nobody."""
    prints = np.array([value for value, _, _ in rows], np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    found = Records(
        prints=prints, tags=np.array([person for _, person, _ in rows], np.uint64) << np.uint64(7)
    )
    could = np.array([one for _, _, one in rows], bool)
    return together([as_dealt(found.only(could)), found.only(~could)])


@settings(max_examples=200, deadline=None)
@given(RECORDS, RECORDS)
def test_what_meets_is_what_a_look_at_every_pair_of_rows_finds(
    before: list[tuple[int, int, bool]], after: list[tuple[int, int, bool]]
) -> None:
    was, now = {(value, who) for value, who, _ in before}, {(value, who) for value, who, _ in after}
    could = {(value, who) for value, who, one in before if one}
    values = {value for value, _ in was}
    own = {pair for pair in now & was if pair[1]}
    found = meet(noted(before), noted([(value, who, False) for value, who, _ in after]))
    assert found.rows == sum(value in values for value, _, _ in after)
    assert found.values == len({value for value, _ in now if value in values})
    assert found.own_rows == sum((value, who) in own for value, who, _ in after)
    assert (found.own_pairs, found.own_values) == (len(own), len({value for value, _ in own}))
    assert found.strange_pairs == len(own - could)
    assert found.strange_values == len({value for value, _ in own - could})
    assert found.dealt_values == len({value for value, _ in could})
    assert found.meetings == sum(one[0] == other[0] for one in was for other in now)


@settings(max_examples=60, deadline=None)
@given(RECORDS, RECORDS, st.integers(1, 4))
def test_partitions_may_be_met_one_by_one_and_added_up(
    before: list[tuple[int, int, bool]], after: list[tuple[int, int, bool]], parts: int
) -> None:
    one_by_one = Meeting()
    for part in range(parts):
        mine = [[row for row in side if row[0] % parts == part] for side in (before, after)]
        one_by_one += meet(noted(mine[0]), noted(mine[1]))
    assert one_by_one == meet(noted(before), noted(after))


SEEN = Meeting(own_pairs=2, own_values=1, values=31, meetings=52, dealt_values=40)


@pytest.mark.parametrize(
    ("draws", "common", "expected"),
    [
        # How often a draw gives a value, times draws: persons, or different values.
        (Draws(per_person=True, persons=100, distinct=50, chance=0.1, dealt=80), False, 8.0),
        (Draws(per_person=False, persons=100, distinct=50, chance=0.1, dealt=80), False, 4.0),
        (Draws(per_person=True, persons=100, distinct=50, chance=0.1, dealt=80, crowd=3), False, 24.0),
        (Draws(per_person=False, persons=100, distinct=50, chance=0.1, dealt=80, crowd=3), False, 20.0),
        (Draws(per_person=True, persons=100, distinct=50, chance=0.1, dealt=80), True, 8.0),
        # Nothing in its own row; in another of its person as often as others are met, and twenty more.
        (Draws(per_person=True, persons=100, distinct=50, chance=0.0), False, 0.0),
        (Draws(per_person=True, persons=100, distinct=50, chance=0.0, crowd=3), False, 3 * 2 * 70 / 100),
        (Draws(per_person=False, persons=100, distinct=50, chance=0.0, crowd=3), False, 3 * 50 / 50),
        # Nobody knows: what others are met, and of common values one in 53.
        (Draws(per_person=True, persons=100, distinct=50), False, 1.0),
        (Draws(per_person=False, persons=100, distinct=50), False, 0.6),
        (Draws(per_person=True, persons=100, distinct=50, crowd=3), False, 3.0),
        (Draws(per_person=True, persons=100, distinct=50), True, 100 / 53),
        (Draws(per_person=False, persons=100, distinct=50), True, 50 / 53),
        (Draws(per_person=False, persons=100, distinct=50, crowd=3), True, 1.8),
        # Of one person or value nobody can be met.
        (Draws(per_person=True, persons=1, distinct=50), False, 0.0),
        (Draws(per_person=False, persons=100, distinct=1), False, 0.0),
    ],
)
def test_as_much_is_expected_as_draws_give_back(draws: Draws, expected: float, *, common: bool) -> None:
    assert draws.expected(SEEN, common=common) == pytest.approx(expected)


@pytest.mark.parametrize(("different_", "share"), [(19, 1.0), (20, 0.0), (21, 0.0)])
def test_twenty_values_are_the_fewest_that_tell_of_a_population(different_: int, share: float) -> None:
    assert met_by_chance(float(different_), float(different_), 0.0) == pytest.approx(share, abs=1e-6)


@pytest.mark.parametrize(("survivors", "passes"), [(49, True), (50, True), (51, False)])
def test_without_a_key_one_in_a_hundred_may_be_anywhere(survivors: int, *, passes: bool) -> None:
    found = replace(of(prints(1), prints(2)), matched=False, survivors=survivors, pairs=survivors)
    assert (found.values, found.passes) == (5000, passes)


@pytest.mark.parametrize(
    ("rows", "each"),
    [
        ([], 1.0),
        ([(1, 1)], 1.0),
        ([(1, 1)] * 3, 3.0),
        ([(1, 1), (1, 2)], 1.0),
        ([(1, 1), (1, 1), (2, 1)], 1.5),
    ],
)
def test_a_value_of_a_person_counts_once_however_often_it_is_there(
    rows: list[tuple[int, int]], each: float
) -> None:
    assert repeated(noted([(value, who, False) for value, who in rows])) == each


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1), max_size=30), st.lists(st.integers(0, 2**64 - 1), max_size=30))
def test_prints_are_looked_up_in_order_and_without_repetitions(some: list[int], others: list[int]) -> None:
    there = different(np.array([*others, *some[:3], *others], np.uint64))
    assert there.tolist() == sorted({*others, *some[:3]})
    assert among(np.array(some, np.uint64), there).tolist() == [one in {*others, *some[:3]} for one in some]
