"""Enumerated labels, bytes and the shuffle behind small domains."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from anonymizer.pseudonyms.shuffle import cycle
from anonymizer.transforms import TRANSFORMS
from anonymizer.transforms.base import Slot
from tests.anonymizer.transforms.applied import KEY, mask

MOODS = Slot(type="mood", labels=("sad", "ok", "happy"))


def test_every_label_becomes_another_one_and_none_twice() -> None:
    found = mask("relabel", list(MOODS.labels), slot=MOODS)
    assert sorted(one or "" for one in found) == sorted(MOODS.labels)
    assert all(was != now for was, now in zip(MOODS.labels, found, strict=True))


def test_the_order_of_labels_in_the_type_does_not_count() -> None:
    other = Slot(type="mood", labels=tuple(reversed(MOODS.labels)))
    assert mask("relabel", ["ok"], slot=MOODS) == mask("relabel", ["ok"], slot=other)


def test_a_type_of_one_label_is_refused() -> None:
    chosen = TRANSFORMS["relabel"]
    assert chosen.misfit(chosen.options(), Slot(labels=("only",)))


@given(st.integers(2, 300))
def test_a_shuffle_is_one_cycle_through_the_whole_domain(size: int) -> None:
    after, at, seen = cycle(KEY, size), 0, set()
    while at not in seen:
        seen.add(at)
        at = int(after[at])
    assert len(seen) == size


@given(st.binary(min_size=1, max_size=5000))
def test_bytes_become_as_many_other_bytes(raw: bytes) -> None:
    [found] = mask("noise", [f"\\x{raw.hex()}"], slot=Slot(type="bytea"))
    after = bytes.fromhex((found or "").removeprefix("\\x"))
    assert len(after) == len(raw)
    assert len(raw) < 8 or after != raw
