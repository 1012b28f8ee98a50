"""The machine's counters: what /proc says, and what two readings tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from peakproof.telemetry import machine

DISKS = """
   7       0 loop0 1 0 2 0 0 0 0 0 0 999 9
 254       0 vda 100 0 800 50 200 0 1600 90 0 400 140
"""
PRESSURE = "some avg10=12.50 avg60=1.00 avg300=0.10 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"


def written(folder: Path, *, idle: int, worked: int) -> Path:
    (folder / "pressure").mkdir(exist_ok=True)
    (folder / "stat").write_text(f"cpu  {300 - idle} 0 0 {idle} 0 0 0 0 0 0\ncpu0 1 1\nprocs_running 7\n")
    (folder / "diskstats").write_text(DISKS.replace("400", str(worked)))
    (folder / "pressure/cpu").write_text(PRESSURE)
    return folder


def test_two_readings_tell_what_the_machine_did_between_them(tmp_path: Path) -> None:
    before = machine.read(written(tmp_path, idle=100, worked=400))
    (tmp_path / "stat").write_text("cpu  350 0 0 150 0 0 0 0 0 0\nprocs_running 7\n")
    (tmp_path / "diskstats").write_text(DISKS.replace("400", "900"))
    used = machine.use(before, machine.read(tmp_path), seconds=1.0)
    assert used.cpu == pytest.approx(0.75)
    assert (used.disk, used.runnable) == (0.5, 7)
    assert used.pressure == {"cpu": 0.125}


def test_what_a_kernel_does_not_tell_is_left_out(tmp_path: Path) -> None:
    found = machine.read(tmp_path)
    assert (found.disks, found.pressure) == ({}, {})
    assert machine.use(found, found, seconds=1.0).disk == 0.0


def test_loops_are_no_disks() -> None:
    assert machine.disks(DISKS) == {"vda": 400}
