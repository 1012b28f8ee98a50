"""Counters of this machine from /proc, and what two of them tell. Reading is apart from telling."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from peakproof.telemetry.samples import MachineUse

_PROC = Path("/proc")
_IDLE = slice(3, 5)  # idle and iowait, of the fields of /proc/stat's first line
_PRESSURES = ("cpu", "io", "memory")


@dataclass(frozen=True, kw_only=True)
class Counters:
    """Since the machine started: ticks of all processors, those that were idle, ms that each disk worked."""

    total: int
    idle: int
    disks: Mapping[str, int]
    runnable: int
    pressure: Mapping[str, float]


def read(proc: Path = _PROC) -> Counters:
    """The counters now. What this kernel does not tell is left out."""
    stat = _text(proc / "stat").splitlines()
    ticks = [int(word) for word in stat[0].split()[1:9]] if stat else [0] * 8
    running = next((line.split()[1] for line in stat if line.startswith("procs_running")), "1")
    pressures = {name: pressure(_text(proc / "pressure" / name)) for name in _PRESSURES}
    return Counters(
        total=sum(ticks),
        idle=sum(ticks[_IDLE]),
        disks=disks(_text(proc / "diskstats")),
        runnable=int(running),
        pressure={name: share for name, share in pressures.items() if share is not None},
    )


def use(before: Counters, after: Counters, seconds: float) -> MachineUse:
    """What the machine did between two readings."""
    ticks = max(after.total - before.total, 1)
    busy = [
        (worked - before.disks.get(name, worked)) / 1000 / seconds for name, worked in after.disks.items()
    ]
    return MachineUse(
        cores=os.cpu_count() or 1,
        cpu=max(0.0, 1 - (after.idle - before.idle) / ticks),
        disk=min(max(busy, default=0.0), 1.0),
        runnable=after.runnable,
        pressure=after.pressure,
    )


def disks(text: str) -> dict[str, int]:
    """Milliseconds that each disk has worked, from /proc/diskstats; loops and memory are no disks."""
    rows = (line.split() for line in text.splitlines())
    return {row[2]: int(row[12]) for row in rows if len(row) > 12 and not row[2].startswith(("loop", "ram"))}


def pressure(text: str) -> float | None:
    """The share of the last 10 s in which somebody waited, from /proc/pressure/*; None when it is off."""
    words = text.split()
    found = next((word.removeprefix("avg10=") for word in words if word.startswith("avg10=")), None)
    return None if found is None else float(found) / 100


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
