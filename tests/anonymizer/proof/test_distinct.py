"""Different fingerprints are counted exactly while they are few, and nearly when they are many."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.proof.distinct import Distinct

RANDOM = np.random.default_rng(11)


@settings(max_examples=50)
@given(st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=30), max_size=10))
def test_few_are_counted_exactly_however_they_come(blocks: list[list[int]]) -> None:
    counted = Distinct()
    for block in blocks:
        counted.add(np.array(block, np.uint64))
        assert counted.count >= 0  # to ask between two blocks changes nothing
    assert counted.count == len({one for block in blocks for one in block})


@pytest.mark.parametrize("count", [4095, 4096, 4097, 10_000, 300_000])
@pytest.mark.parametrize("repeated", [1, 3])
def test_many_are_estimated_within_a_few_percent(count: int, repeated: int) -> None:
    prints = RANDOM.integers(0, 2**64, count, np.uint64)
    counted = Distinct()
    for block in np.array_split(np.tile(prints, repeated), 37):
        counted.add(block)
    assert counted.count == pytest.approx(count, rel=0.06)
    if count < 4096:
        assert counted.count == count


def test_the_largest_print_counts_and_nothing_is_nothing() -> None:
    counted = Distinct()
    assert counted.count == 0
    counted.add(np.array([2**64 - 1, 2**64 - 1, 0], np.uint64))
    assert counted.count == 2
