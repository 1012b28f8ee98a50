"""Fingerprints are read back by partition, and a folder without room is told as that."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.proof import partitions
from anonymizer.proof.partitions import Partitions, Records, together
from foundation.errors import Unavailable

MANY = 1 << 18
STREAM = ("people", "email", "was")


def pairs(of: Records) -> list[tuple[int, int]]:
    return list(zip(of.prints.tolist(), of.tags.tolist(), strict=True))


def records(count: int) -> Records:
    prints = np.random.default_rng(7).integers(0, 1 << 64, count, np.uint64)
    return Records(prints=prints, tags=np.arange(count, dtype=np.uint64))


def test_what_was_added_is_read_back_once_by_partition() -> None:
    added = records(MANY)
    with Partitions() as stored:
        stored.add(("people", "email", "was"), added)
        stored.add(("people", "email", "was"), records(3))
        found = [stored.read(("people", "email", "was"), number) for number in range(stored.count)]
    assert sum(map(len, found)) == MANY + 3
    assert {int(one) for each in found for one in each.prints} == set(map(int, added.prints))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 200), max_size=8), st.integers(1, 6), st.sampled_from([1, 7, 100, 1 << 15]))
def test_nothing_is_lost_doubled_or_changed_whatever_was_written_and_what_still_waits(
    sizes: list[int], bits: int, buffered: int
) -> None:
    added = [records(size) for size in sizes]
    with pytest.MonkeyPatch.context() as patched, Partitions(bits) as stored:
        patched.setattr(partitions, "_BUFFERED", buffered)
        for each in added:
            stored.add(STREAM, each)
        assert stored.size(STREAM) == sum(sizes)
        found = [stored.read(STREAM, number) for number in range(stored.count)]
        assert [pairs(one) for one in found] == [pairs(stored.read(STREAM, n)) for n in range(stored.count)]
    assert sorted(pair for one in found for pair in pairs(one)) == sorted(pairs(together(added)))
    for number, one in enumerate(found):
        assert all(print_ >> (64 - bits) == number for print_, _ in pairs(one))


def test_several_threads_add_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "_BUFFERED", 50)
    with Partitions(3) as stored:
        blocks = [records(70) for _ in range(60)]

        def adding(some: list[Records]) -> None:
            for each in some:
                stored.add(STREAM, each)

        threads = [threading.Thread(target=adding, args=[blocks[at::4]]) for at in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = together([stored.read(STREAM, number) for number in range(stored.count)])
    assert sorted(pairs(found)) == sorted(pairs(together(blocks)))


def test_streams_are_told_by_what_is_in_them_and_one_that_nobody_wrote_is_empty() -> None:
    with Partitions(1) as stored:
        for stream in (("t", "a", "text"), ("t", "b", "was"), ("u", "", "text"), ("t", "before")):
            stored.add(stream, records(2))
        assert stored.streams("text") == [("t", "a"), ("u", "")]
        assert stored.streams("before") == []
        assert (stored.size(("t", "c", "text")), len(stored.read(("t", "c", "text"), 0))) == (0, 0)


def test_records_are_chosen_by_truth_or_by_place() -> None:
    three = records(3)
    assert pairs(three.only(np.array([True, False, True]))) == [pairs(three)[0], pairs(three)[2]]
    assert pairs(three.only(np.array([2, 0, 0]))) == [pairs(three)[at] for at in (2, 0, 0)]
    assert len(together([])) == 0


@pytest.mark.usefixtures("narrow")
def test_a_full_folder_is_told_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with Partitions() as stored, pytest.raises(Unavailable, match="could not be kept for the check") as told:
        stored.add(("people", "email", "was"), records(MANY))
    assert told.value.where == str(tmp_path)
    assert "TMPDIR" in str(told.value.hint)


def test_a_file_that_became_shorter_is_not_read_as_something_else() -> None:
    with Partitions(1) as stored:
        stored.add(STREAM, records(MANY))
        os.ftruncate(stored._file.fileno(), 1000)
        with pytest.raises(Unavailable, match="its file became shorter"):
            stored.read(STREAM, 0)


def test_a_folder_that_nothing_can_be_written_into_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "nowhere"))
    with pytest.raises(Unavailable, match="No such file or directory"):
        Partitions()
