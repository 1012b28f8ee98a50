"""The machine that generates a load is told in words."""

from __future__ import annotations

import json
from pathlib import Path

from loadtests.recording import machine


def test_a_machine_has_a_name_a_processor_cores_memory_and_a_kernel() -> None:
    found = machine.described()
    assert list(found) == ["name", "processor", "cores", "memory", "kernel"]
    assert all(found.values())
    assert int(found["cores"]) >= 1
    json.dumps(found)


def test_a_processor_is_told_by_its_own_name(tmp_path: Path) -> None:
    info = tmp_path / "cpuinfo"
    info.write_text("processor\t: 0\nmodel name\t: Z80 @ 4 MHz\n\nprocessor\t: 1\nmodel name\t: other\n")
    assert machine.processor(info) == "Z80 @ 4 MHz"


def test_a_processor_that_does_not_say_is_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("processor : 0\n")
    assert machine.processor(tmp_path / "cpuinfo") is None
    assert machine.processor(tmp_path / "none") is None
