"""Survivors are told from chance, and a single one that chance cannot explain fails."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.comparison import NOTHING, Comparison, Prints, compare, matched_rows

ROWS = 5000


def of(before: Prints, after: Prints, *, identifying: bool = True) -> Comparison:
    keys = np.arange(len(before))
    return compare("t.c", before, after, matched_rows(keys, keys), identifying=identifying)


def prints(start: int) -> Prints:
    """Fingerprints that meet no others."""
    return np.arange(1, ROWS + 1, dtype=np.int64) * 7919 + start * 10**12


@given(st.integers(0, ROWS - 1))
def test_one_kept_identifying_value_fails(place: int) -> None:
    after = prints(2)
    after[place] = prints(1)[place]
    found = of(prints(1), after)
    assert (found.survivors, found.by_chance, found.passes) == (1, 0.0, False)


def test_values_that_are_all_new_pass() -> None:
    found = of(prints(1), prints(2))
    assert (found.values, found.survivors, found.coincidences, found.passes) == (ROWS, 0, 0, True)


def test_a_column_that_was_kept_fails_even_with_few_different_values() -> None:
    names = np.random.default_rng(1).integers(1, 50, ROWS)
    found = of(names, names)
    assert not found.passes
    assert of(names, names, identifying=False).passes, "common values are counted, not refused"


@pytest.mark.parametrize("pool", [50, 1000, 100_000])
def test_names_dealt_from_a_pool_pass_though_some_meet_their_owner(pool: int) -> None:
    random = np.random.default_rng(pool)
    found = of(random.integers(1, pool + 1, ROWS), random.integers(1, pool + 1, ROWS))
    assert found.passes
    assert found.coincidences > 0
    assert found.pairs <= found.by_chance + 5 * (found.by_chance**0.5 + 1)


def test_more_than_chance_fails_among_names_from_a_pool() -> None:
    random = np.random.default_rng(3)
    before, after = random.integers(1, 100_001, (2, ROWS))
    after[:100] = before[:100]
    assert not of(before, after).passes


def test_a_value_that_repeats_in_many_rows_counts_once() -> None:
    before = np.concatenate([np.full(40, 7), prints(1)])
    after = np.concatenate([np.full(40, 7), prints(2)])
    found = of(before, after)
    assert (found.survivors, found.pairs) == (40, 1)


def test_nothing_stays_nothing_and_is_no_survivor() -> None:
    nothing = np.full(10, NOTHING)
    assert (of(nothing, nothing).values, of(nothing, nothing).passes) == (0, True)


def test_without_a_key_original_values_anywhere_count() -> None:
    after = prints(2)
    after[: ROWS // 50] = prints(1)[::-1][: ROWS // 50]
    assert not compare("t.c", prints(1), after, None, identifying=True).passes
    assert compare("t.c", prints(1), prints(2), None, identifying=True).passes
