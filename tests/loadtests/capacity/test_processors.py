"""How busy a machine's processors were is told by its own counters, where it has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests.capacity.processors import Processors, times
from loadtests.recording.progress import Progress, Started

SECOND = Progress(
    second=1, wanted=1, reached=1, in_flight=0, p50_ms=1.0, p99_ms=1.0, errors=0,
    attempt_errors=0, turned_away=0,
)  # fmt: skip


def looked(stat: Path, *lines: str) -> Processors:
    """What is known after a look at each state of the system's file."""
    found = Processors(stat=stat)
    for line in lines:
        stat.write_text(line)
        found.hear(SECOND)
    return found


def test_busy_processors_are_told(tmp_path: Path) -> None:
    found = looked(
        tmp_path / "stat", "cpu 100 0 0 900 0 0 0 0 50 0\ncpu0 1\n", "cpu 196 0 0 904 0 0 0 0 99 0\n"
    )
    assert found.busy == 0.96
    assert found.used_up == "this machine's processors, 96% busy"


def test_waiting_for_a_disk_is_not_busy(tmp_path: Path) -> None:
    found = looked(tmp_path / "stat", "cpu 0 0 0 0 0 0 0 0 0 0\n", "cpu 10 0 10 40 40 0 0 0 0 0\n")
    assert found.busy == pytest.approx(0.2)
    assert found.used_up == ""


def test_one_look_tells_nothing_nor_does_another_event(tmp_path: Path) -> None:
    found = looked(tmp_path / "stat", "cpu 1 0 0 1 0 0 0 0 0 0\n")
    found.hear(Started(worker=0, at=1))
    assert found.busy is None
    assert found.used_up == ""


def test_a_machine_that_does_not_say_is_not_guessed_at(tmp_path: Path) -> None:
    for text in ("", "intr 7 8\n", "cpu all of them\n"):
        assert looked(tmp_path / "stat", text, text).busy is None
    assert times(tmp_path / "none") is None


def test_this_machine_says() -> None:
    found = times(Path("/proc/stat"))
    assert found is not None
    assert found[0] > found[1] > 0
