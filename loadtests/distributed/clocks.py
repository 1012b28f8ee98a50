"""How far another machine's clock is ahead, from timed exchanges, as NTP does it. Pure.

Source: RFC 5905, section 8: offset and delay of an exchange of four time stamps; the exchange that was on the
way for the shortest time tells the most (its clock filter), and bounds the error by half of that time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "workers.json"
MOST = 1_000_000
"""Nanoseconds that clocks may differ: beyond it, times of different machines cannot be compared."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """Ns since the epoch: `sent` and `returned` by our clock, `received` and `answered` by theirs."""

    sent: int
    received: int
    answered: int
    returned: int

    @property
    def delay(self) -> int:
        """How long both ways took together."""
        return max((self.returned - self.sent) - (self.answered - self.received), 0)

    @property
    def offset(self) -> int:
        """How far their clock is ahead, if both ways took equally long."""
        return ((self.received - self.sent) + (self.answered - self.returned)) // 2


@dataclass(frozen=True, kw_only=True)
class Offset:
    """How far a clock is ahead of ours in ns, and by how much that may be wrong, whatever the ways took."""

    ahead: int
    uncertainty: int


@dataclass(frozen=True, kw_only=True)
class Worker:
    """A worker of a distributed load: where it ran, and its clock before and after; None when it was lost."""

    worker: int
    host: str
    before: Offset
    after: Offset | None = None

    @property
    def worst(self) -> Offset:
        """The larger of both offsets."""
        return max(
            (found for found in (self.before, self.after) if found), key=lambda found: abs(found.ahead)
        )


@dataclass(frozen=True, kw_only=True)
class Crew:
    """All workers of a load, and the exit code that a locustfile asked for on the master."""

    workers: tuple[Worker, ...]
    exit_code: int | None = None


def estimate(exchanges: Iterable[Exchange]) -> Offset:
    """The offset that the quickest exchange tells. Raises ValueError when there was none."""
    quickest = min(exchanges, key=lambda exchange: exchange.delay)
    return Offset(ahead=quickest.offset, uncertainty=-(-quickest.delay // 2))


def write(crew: Crew, output: Path) -> None:
    (output / FILE).write_text(json.dumps(asdict(crew), indent=2) + "\n")


def read(output: Path) -> Crew | None:
    """The crew of a load; None when it was of one machine. Raises ValueError: not a whole file."""
    path = output / FILE
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_text())
        return Crew(workers=_workers(found["workers"]), exit_code=found["exit_code"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not a whole list of workers") from error


def _workers(found: Sequence[dict[str, object]]) -> tuple[Worker, ...]:
    return tuple(
        Worker(
            worker=int(str(values["worker"])), host=str(values["host"]),
            before=Offset(**values["before"]),  # type: ignore[arg-type]
            after=Offset(**values["after"]) if values["after"] else None,  # type: ignore[arg-type]
        )
        for values in found
    )  # fmt: skip
