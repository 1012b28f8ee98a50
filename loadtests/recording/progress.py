"""What a generator says on stdout while it runs: one JSON object a line, told apart by its "event"."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import get_args


@dataclass(frozen=True, kw_only=True)
class Ready:
    """Everything is read and checked; `schedule` is the hash of all arrivals."""

    worker: int
    schedule: str
    arrivals: int


@dataclass(frozen=True, kw_only=True)
class Started:
    """The load's second 0 is at `at`, ns since the epoch."""

    worker: int
    at: int


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Once a second. Counts are of what was due in the seconds since the last one, over all journeys.

    Percentiles are response times of the main journeys that ended in that second, whenever they were due. A
    journey that is in flight has taken as long as it is old: where that is more, it counts. None: no journey.
    """

    second: int
    wanted: int
    reached: int
    in_flight: int
    p50_ms: float | None
    p99_ms: float | None
    errors: int
    attempt_errors: int
    turned_away: int
    attempts: int = 0
    shed: int = 0


@dataclass(frozen=True, kw_only=True)
class Finished:
    """All is written. A run that was told to end, or that had to end journeys, is not clean."""

    worker: int
    clean: bool
    folder: str


@dataclass(frozen=True, kw_only=True)
class Failed:
    """Nothing was sent: why, and what to do. `exit_code` is the process's own."""

    what: str
    hint: str
    exit_code: int


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something that people should know of this load; told once."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Exchanged:
    """A request of a step and its answer, as people may see them: of a load that sends one arrival."""

    journey: str
    step: str
    asked: str
    answered: str
    milliseconds: float


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """What Locust's statistics got since the last one, in Locust's own terms: for its web UI."""

    stats: list[dict[str, object]]
    stats_total: dict[str, object]
    errors: dict[str, dict[str, object]]


Event = Ready | Started | Progress | Finished | Failed | Note | Exchanged | Statistics
_EVENTS: Mapping[str, type[Event]] = {kind.__name__.lower(): kind for kind in get_args(Event)}


def line(event: Event) -> str:
    """The line that says it."""
    return json.dumps({"event": type(event).__name__.lower(), **asdict(event)}) + "\n"


def parse(text: str) -> Event | None:
    """What a line says; None for anything else (a journey's own print)."""
    try:
        found = json.loads(text)
        return _EVENTS[found.pop("event")](**found)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
