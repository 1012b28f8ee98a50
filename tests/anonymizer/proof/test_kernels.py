"""The loops over bytes and fingerprints do what a line of NumPy would, only faster."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.proof import kernels
from anonymizer.proof.characters import Bytes

PRINTS = st.lists(st.integers(0, 2**64 - 1), max_size=60)


def data(text: bytes) -> Bytes:
    return np.frombuffer(text, np.uint8)


@pytest.mark.parametrize(
    ("text", "low"),
    [
        (b"", b""),
        (b"Jan 12", b"Jan 12"),
        ("ŻÓŁw żółw ÀÿĀ".encode(), "żółw żółw àÿā".encode()),
        ("\u00d7".encode(), None),
        ("÷".encode(), None),
        ("İ".encode(), None),
        ("\u017f".encode(), None),
        ("ƀ".encode(), None),
        ("¿".encode(), None),
        ("Ж".encode(), None),
        ("漢".encode(), None),
        (b"\xc5", None),
        (b"\xff\xff", None),
    ],
)
def test_latin_is_lowered_in_place_or_given_up(text: bytes, low: bytes | None) -> None:
    around = b"\xc3" + text + b"\xc3"
    into = np.zeros(len(text), np.uint8)
    done = kernels.lowered(data(around), 1, 1 + len(text), into)
    assert (into.tobytes() if done else None) == low


@pytest.mark.parametrize(
    ("text", "found"), [(b"", 0), (b"jan", 0), (b"10%", 1), (b"R&D", 1), (b"a\\b", 1), (b"ja\xc5\xbc", 0)]
)
def test_what_may_begin_an_escape_is_seen_within_the_bounds_only(text: bytes, found: int) -> None:
    assert kernels.marked(data(b"%" + text + b"&"), 1, 1 + len(text)) == found


@settings(max_examples=60, deadline=None)
@given(PRINTS, PRINTS)
def test_whatever_is_among_the_others_is_likely(prints: list[int], others: list[int]) -> None:
    found = np.zeros(2 * len(prints), bool)
    both = np.array([*prints, *others[: len(prints)], *prints][: 2 * len(prints)], np.uint64)
    kernels.likely(both, np.array(others, np.uint64), found)
    assert found[np.isin(both, np.array(others, np.uint64))].all()


def test_few_strangers_are_likely() -> None:
    prints, others = np.random.default_rng(2).integers(0, 2**64, (2, 50_000), np.uint64)
    found = np.zeros(len(prints), bool)
    kernels.likely(prints, others, found)
    assert found.mean() < 1 / 16


@settings(max_examples=60, deadline=None)
@given(PRINTS, st.integers(1, 6))
def test_records_are_ordered_by_their_leading_bits_and_keep_their_tags(prints: list[int], bits: int) -> None:
    these, tags = np.array(prints, np.uint64), np.arange(len(prints), dtype=np.uint64)
    shift = np.uint64(64 - bits)
    number = (these >> shift).astype(np.int64)
    before = np.concatenate([[0], np.cumsum(np.bincount(number, minlength=1 << bits))])
    content = np.zeros(2 * len(prints), np.uint64)
    kernels.ordered(these, tags, shift, before, content)
    for each in range(1 << bits):
        mine, first, after = number == each, before[each], before[each + 1]
        assert (content[2 * first : first + after] == these[mine]).all()
        assert (content[first + after : 2 * after] == tags[mine]).all()


def test_mixing_loses_nothing_and_spreads_over_all_bits() -> None:
    mixed = np.array([kernels.mixed(np.uint64(number)) for number in range(5000)], np.uint64)
    assert len(np.unique(mixed)) == 5000
    share = [((mixed >> np.uint64(bit)) & np.uint64(1)).mean() for bit in range(64)]
    assert 0.45 < min(share) <= max(share) < 0.55
