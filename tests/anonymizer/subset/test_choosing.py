"""What a fraction takes a larger one takes too, under one key, whatever else is there."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.pseudonyms.keys import Key
from anonymizer.subset.choosing import choose, choose_evenly

KEY = Key(bytes(range(32)))
FRACTIONS = st.floats(0.001, 1)
ROWS = st.lists(st.text(max_size=5), unique=True, min_size=1, max_size=60)


def texts(rows: list[str]) -> pa.Array:
    return pa.array(rows, pa.string())


@given(ROWS, FRACTIONS, FRACTIONS)
def test_a_smaller_fraction_is_inside_a_larger_one(rows: list[str], one: float, other: float) -> None:
    small, large = (choose(KEY, texts(rows), fraction) for fraction in sorted((one, other)))
    assert not (small & ~large).any()


@given(ROWS, FRACTIONS)
def test_a_row_is_chosen_for_itself(rows: list[str], fraction: float) -> None:
    together = choose(KEY, texts(rows), fraction)
    assert together.tolist() == [choose(KEY, texts([row]), fraction)[0] for row in rows]


@given(
    st.dictionaries(st.text(max_size=5), st.sampled_from(["a", "b", None]), min_size=1), FRACTIONS, FRACTIONS
)
def test_every_stratum_has_its_fraction_rounded_up_and_is_nested(
    rows: dict[str, str | None], one: float, other: float
) -> None:
    names, strata = texts(list(rows)), pa.array(list(rows.values()), pa.string())
    small, large = (choose_evenly(KEY, names, strata, fraction) for fraction in sorted((one, other)))
    assert not (small & ~large).any()
    for stratum in set(rows.values()):
        size = sum(value == stratum for value in rows.values())
        taken = sum(
            bool(chosen) for chosen, value in zip(small, rows.values(), strict=True) if value == stratum
        )
        assert 0 <= taken - size * min(one, other) < 1 + 1e-6


def test_a_tenth_is_about_a_tenth_and_another_key_takes_others() -> None:
    rows = texts([str(number) for number in range(20_000)])
    mine, other = choose(KEY, rows, 0.1), choose(KEY.derive("other"), rows, 0.1)
    assert 1850 < mine.sum() < 2150
    assert (mine & other).sum() < 300


def test_seven_of_a_hundred_are_seven() -> None:
    rows = texts([str(number) for number in range(100)])
    assert choose_evenly(KEY, rows, texts(["x"] * 100), 0.07).sum() == 7
