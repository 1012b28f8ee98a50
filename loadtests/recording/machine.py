"""The machine that generates a load, in words: its figures belong to it. Standard library; judges nothing."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from pathlib import Path

_CPU = Path("/proc/cpuinfo")


def described() -> dict[str, str]:
    """Its name, processor, cores that this process may use, memory, kernel."""
    return {
        "name": platform.node(),
        "processor": processor(_CPU) or platform.machine(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1024**3:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
    }


def processor(cpuinfo: Path) -> str | None:
    """What the processor calls itself; None where it does not say."""
    with suppress(OSError):
        lines = (line.partition(":") for line in cpuinfo.read_text(encoding="utf-8").splitlines())
        return next((value.strip() for name, _, value in lines if name.strip() == "model name"), None)
    return None
