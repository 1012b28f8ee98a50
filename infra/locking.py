"""Pulumi's lock of a stack: who holds it, by what the engine says, and whether that process lives."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_HELD = re.compile(r"created by (?P<user>\S+)@(?P<host>\S+) \(pid (?P<process>\d+)\) at (?P<since>\S+)")


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A process that changes a stack."""

    user: str
    host: str
    process: int
    since: str

    def __str__(self) -> str:
        return f"process {self.process} of {self.user} on {self.host}, since {self.since}"

    @property
    def here(self) -> bool:
        """Whether it is, or was, a process of this machine."""
        return self.host == socket.gethostname()

    @property
    def dead(self) -> bool:
        """Whether it is known to be gone: only a process of this machine can be."""
        return self.here and not Path(f"/proc/{self.process}").exists()

    @property
    def orphan(self) -> bool:
        """Whether the command that it worked for was killed: it finishes what it is at, and ends."""
        return self.here and not self.dead and not _is_ours(_parent(self.process))


def _parent(process: int) -> int:
    try:
        # The command's name, in parentheses, may hold blanks.
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def _is_ours(process: int) -> bool:
    """Whether a command of ours stands behind it: Python, by whichever name it was started."""
    try:
        return "python" in str(Path(f"/proc/{process}/exe").readlink())
    except OSError:
        return False


def holders(said: str) -> list[Holder]:
    """Who holds the lock, from the engine's message."""
    return [
        Holder(
            user=found["user"],
            host=found["host"],
            process=int(found["process"]),
            since=found["since"],
        )
        for found in _HELD.finditer(said)
    ]


def all_dead(found: Iterable[Holder]) -> bool:
    """Whether nobody of them can still be at work; nobody at all is not known to be dead."""
    known = list(found)
    return bool(known) and all(holder.dead for holder in known)
