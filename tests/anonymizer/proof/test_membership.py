"""The filter forgets no member, and each kind's members are its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.proof.membership import NOBODY, membership

PRINTS = st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 63)), max_size=50)


def arrays(pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([one for one, _ in pairs], np.uint64), np.array([kind for _, kind in pairs], np.uint64)


@settings(max_examples=60, deadline=None)
@given(st.lists(PRINTS, max_size=4), st.integers(0, 3))
def test_every_member_is_possible_even_where_there_are_more_than_was_said(
    blocks: list[list[tuple[int, int]]], said: int
) -> None:
    read = [arrays(block) for block in blocks]
    there = membership(np.full(64, said), read)
    assert all(there.possible(prints, kinds).all() for prints, kinds in read)


@pytest.mark.parametrize("count", [10, 1000, 100_000])
def test_no_more_strangers_pass_than_one_in_sixteen(count: int) -> None:
    random = np.random.default_rng(count)
    members, strangers = random.integers(0, 2**64, (2, count), np.uint64)
    kind = np.full(count, 41, np.uint64)
    there = membership(np.bincount(kind.astype(np.int64), minlength=64) * 1, [(members, kind)])
    assert there.possible(members, kind).all()
    assert there.possible(strangers, kind).mean() <= 1 / 16 + 0.02
    assert not there.possible(members, np.full(count, 40, np.uint64)).any(), "of another kind there is nobody"


def test_nobody_has_no_members_of_any_kind() -> None:
    prints = np.random.default_rng(1).integers(0, 2**64, 640, np.uint64)
    assert not NOBODY.possible(prints, np.repeat(np.arange(64, dtype=np.uint64), 10)).any()


def test_a_filter_stays_within_its_memory() -> None:
    counts = np.zeros(64, np.int64)
    counts[9] = 10**12
    assert len(membership(counts, []).bits) <= (1 << 25) + 64 * 64
