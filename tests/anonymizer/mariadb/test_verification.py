"""The arithmetic of the check: what counts as a survivor, and what chance explains."""

from __future__ import annotations

import numpy as np

from anonymizer.mariadb.verification import Prints, at_least, matched, unmatched


def prints(*values: int) -> Prints:
    return np.array(values, np.uint64)


def test_one_value_that_stands_where_it_stood_fails_an_identifying_column() -> None:
    was, became = prints(1, 2, 3, 4), prints(9, 8, 3, 7)
    assert not matched("t.c", was, became, identifying=True).passes
    assert matched("t.c", was, became, identifying=False).passes
    assert matched("t.c", was, prints(9, 8, 7, 6), identifying=True).passes


def test_nulls_are_no_survivors() -> None:
    found = matched("t.c", prints(0, 0, 5), prints(0, 0, 6), identifying=True)
    assert (found.values, found.survivors, found.passes) == (1, 0, True)


def test_a_pool_that_meets_its_owners_as_often_as_others_is_chance() -> None:
    dice = np.random.default_rng(7)
    was, became = (dice.integers(1, 50, 2000).astype(np.uint64) for _ in range(2))
    found = matched("t.c", was, became, identifying=True)
    assert found.survivors > 20
    assert found.passes
    assert not matched("t.c", was, was, identifying=True).passes


def test_without_keys_only_a_share_of_the_values_may_be_met() -> None:
    was = np.arange(1, 1001, dtype=np.uint64)
    assert unmatched("t.c", was, was + np.uint64(991), identifying=True).passes
    assert not unmatched("t.c", was, was, identifying=True).passes


def test_the_tail_of_a_poisson() -> None:
    assert at_least(0, 0) == 1
    assert at_least(1, 0) == 0
    assert abs(at_least(1, 1.0) - 0.6321) < 1e-4
