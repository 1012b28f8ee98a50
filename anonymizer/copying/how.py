"""How a copy is made: within which limits the source is read, and who is told how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

# Told after every block: table, rows written so far, rows expected (the server's estimate).
Progress = Callable[[str, int, int], None]


def unseen(_stage: str, _done: int, _of: int) -> None:
    """Progress for nobody."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How the source is read. None: no limit.

    `hold`: the seconds that a process of its own holds the snapshot; `rate`: bytes a second; `oldest`: the
    age of the snapshot, in transactions, at which it is given up; `pages`: those of a chunk.
    """

    hold: float | None = None
    rate: float | None = None
    oldest: int | None = None
    pages: int = 4096  # 32 MiB of 8 KiB pages: some seconds of work, lost when it is cut short
