"""What was counted: arrivals, outcomes and attempts per journey and second; lines add up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

FILE = "counters.jsonl"


@dataclass(kw_only=True, slots=True)
class Counters:
    """Journeys that were due in one second, or any sum of such.

    `wanted` is what the schedule asked for; each of them is `dispatched` or `turned_away` at a full pool.
    Of the dispatched, `done` ended, and `failed` among them went wrong somewhere. `errors` are journeys that
    failed, or whose order was neither accepted within the client's budget nor refused; those that ended
    because the platform had too much to do are `shed` instead; `refused` is a business answer and no error.
    `attempts` are requests; `attempt_errors` those without a usable answer, whether repeated or given up.
    All of these belong to the second in which the journey was due; only `ended`, journeys that ended in
    whatever way, and `completed`, those that ended well, belong to the second in which they ended.
    """

    wanted: int = 0
    dispatched: int = 0
    turned_away: int = 0
    done: int = 0
    failed: int = 0
    errors: int = 0
    shed: int = 0
    refused: int = 0
    attempts: int = 0
    attempt_errors: int = 0
    completed: int = 0
    ended: int = 0

    def add(self, other: Counters) -> None:
        for name in NAMES:
            setattr(self, name, getattr(self, name) + getattr(other, name))


NAMES = tuple(field.name for field in fields(Counters))


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """A line: counters of one journey for a second since the start; `running` is of all, when written."""

    second: int
    journey: str
    running: int
    counters: Counters


def line(counted: Counted) -> str:
    """The line that says it."""
    figures = {name: value for name, value in asdict(counted.counters).items() if value}
    return (
        json.dumps(
            {"second": counted.second, "journey": counted.journey, "running": counted.running, **figures}
        )
        + "\n"
    )


def read(path: Path) -> Iterator[Counted]:
    """The lines of a file in order. Raises ValueError at one that is cut off or is something else."""
    with path.open(encoding="utf-8") as lines:
        for number, text in enumerate(lines, 1):
            try:
                yield _counted(json.loads(text))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(f"{path}:{number}: not a whole line of counters") from error


def _counted(found: dict[str, object]) -> Counted:
    journey = found.pop("journey")
    if not isinstance(journey, str):
        raise TypeError("a journey is called by its name")
    numbers = {name: int(str(value)) for name, value in found.items()}
    second, running = numbers.pop("second"), numbers.pop("running")
    return Counted(second=second, journey=journey, running=running, counters=Counters(**numbers))
