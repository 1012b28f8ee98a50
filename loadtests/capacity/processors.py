"""How busy this machine's processors were while a trial ran: what used the machine up. Reads /proc/stat."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from loadtests.recording.progress import Event, Progress

FULL = 0.9
"""The share of their time from which processors count as used up: others wait for them most of the time."""
_STAT = Path("/proc/stat")
_IDLE = slice(3, 5)  # idle and iowait, of proc(5)'s columns
_COUNTED = 8  # guest time is in user time already


@dataclass
class Processors:
    """Looks with each second that a generator tells of. `stat` is the system's file."""

    stat: Path = _STAT
    _looks: list[tuple[int, int]] = field(default_factory=list, init=False)  # (all, idle) in ticks

    def hear(self, event: Event) -> None:
        """Takes what a generator says."""
        if isinstance(event, Progress) and (look := times(self.stat)) is not None:
            self._looks.append(look)

    @property
    def busy(self) -> float | None:
        """The share of their time that all processors were busy; None where nobody could look twice."""
        if len(self._looks) < 2:
            return None
        (first, idle), (last, later) = self._looks[0], self._looks[-1]
        return 1 - (later - idle) / (last - first) if last > first else None

    @property
    def used_up(self) -> str:
        """In words, where they were used up; else empty."""
        busy = self.busy
        return f"this machine's processors, {busy:.0%} busy" if busy is not None and busy >= FULL else ""


def times(stat: Path) -> tuple[int, int] | None:
    """Ticks of all processors since the machine started, and those that were idle; None: not known."""
    try:
        name, *columns = stat.read_text(encoding="ascii").partition("\n")[0].split()
        ticks = [int(column) for column in columns[:_COUNTED]]
    except (OSError, ValueError):
        return None
    return (sum(ticks), sum(ticks[_IDLE])) if name == "cpu" else None
