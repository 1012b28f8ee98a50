"""How much a generator's memory grows while it sends: what it keeps must not depend on how long it runs."""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.loading import rates
from loadtests.local import generate
from loadtests.recording.progress import Event, Progress

RATE = 2_000.0
_PART = 0.1  # of the run; in the first one pools fill and caches warm
_PAGE = 4096


def figures(url: str, seconds: float) -> dict[str, Figure]:
    """By how much the memory of the generator's processes grows after the first tenth of the run.

    Medians of a tenth each, so that one garbage collection decides nothing.
    """
    sizes = _sizes(url, seconds)
    part = max(round(len(sizes) * _PART), 1)
    first, last = statistics.median(sizes[part : 2 * part]), statistics.median(sizes[-part:])
    return {
        f"growth of memory over {seconds:g} s at {RATE:,.0f}/s": Figure(
            value=(last / first - 1) * 100,
            unit="%",
            goal=5,
            reason=f"{last / 1024**2:.0f} MiB in two processes",
        )
    }


def _sizes(url: str, seconds: float) -> list[int]:
    """Bytes in memory, each second."""
    sizes: list[int] = []

    def look(event: Event) -> None:
        if isinstance(event, Progress):
            sizes.append(_resident(Path(folder)))

    with tempfile.TemporaryDirectory() as folder:
        generate(replace(rates.order(url, RATE, seconds, "poisson"), output=folder), look)
    return sizes


def _resident(folder: Path) -> int:
    """Bytes of all processes that were started with a job in this folder."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (process / "cmdline").read_bytes():
                total += int((process / "statm").read_text().split()[1]) * _PAGE
        except OSError:
            continue  # it has ended meanwhile
    return total
