"""Fingerprints are read back by partition, and a folder without room is told as that."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from anonymizer.proof.partitions import Partitions, Records
from foundation.errors import Unavailable

MANY = 1 << 16


@pytest.fixture
def narrow() -> Iterator[None]:
    """Files may have 64 KiB, as on a disk that has no more room."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


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


@pytest.mark.usefixtures("narrow")
def test_a_full_folder_is_told_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with Partitions() as stored, pytest.raises(Unavailable, match="could not be kept for the check") as told:
        stored.add(("people", "email", "was"), records(MANY))
    assert told.value.where == str(tmp_path)
    assert "TMPDIR" in str(told.value.hint)


def test_a_folder_that_nothing_can_be_written_into_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "nowhere"))
    with pytest.raises(Unavailable, match="No such file or directory"):
        Partitions()
