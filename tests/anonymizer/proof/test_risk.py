"""Groups are counted by persons; nobody who stands alone is missed."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.proof.characters import Words
from anonymizer.proof.partitions import Partitions
from anonymizer.proof.risk import Risk, assess, enter

ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 8), st.integers(0, 3)), min_size=1, max_size=40)


def spread(numbers: list[int]) -> Words:
    """Fingerprints that fall into different parts."""
    return np.array(numbers, np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(1)


def measured(rows: list[tuple[int, int, int]], wanted: int, diversity: int = 1) -> Risk:
    with Partitions(bits=2) as stored:
        for block in (rows[::2], rows[1::2]):
            quasi, person, sensitive = (spread([row[at] for row in block]) for at in range(3))
            enter(stored, quasi, person, sensitive)
        return assess(stored, wanted=wanted, wanted_diversity=diversity)


@given(ROWS, st.integers(1, 6), st.integers(1, 4))
def test_it_agrees_with_counting_by_hand(
    rows: list[tuple[int, int, int]], wanted: int, diversity: int
) -> None:
    people, values = defaultdict(set), defaultdict(set)
    for quasi, person, sensitive in rows:
        people[quasi].add(person)
        values[quasi].add(sensitive)
    alone = {next(iter(group)) for group in people.values() if len(group) == 1}
    below = set().union(*(group for group in people.values() if len(group) < wanted))
    risk = measured(rows, wanted, diversity)
    assert (risk.persons, risk.groups) == (len({row[1] for row in rows}), len(people))
    assert (risk.k, risk.l) == (min(map(len, people.values())), min(map(len, values.values())))
    assert (risk.singled_out, risk.below) == (len(alone), len(below))
    assert risk.passes is (risk.k >= wanted and min(map(len, values.values())) >= diversity)


def test_nobody_is_at_no_risk() -> None:
    with Partitions(bits=2) as stored:
        risk = assess(stored, wanted=5, wanted_diversity=2)
    assert (risk.persons, risk.k, risk.l, risk.singled_out_rate, risk.passes) == (0, 0, None, 0.0, True)


@pytest.mark.parametrize(("diversity", "passes"), [(1, True), (2, False)])
def test_a_group_with_one_sensitive_value_fails_where_two_are_wanted(diversity: int, *, passes: bool) -> None:
    risk = measured([(0, 1, 7), (0, 2, 7), (1, 3, 7), (1, 4, 8)], 2, diversity)
    assert (risk.l, risk.passes, risk.to_dict()["passes"]) == (1, passes, passes)
