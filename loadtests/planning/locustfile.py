"""What is known of a locustfile without running it: how its users are driven, and how its series are named.

Standard library only. Imports no Locust: that is the generator's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Model = Literal["open", "closed"]
CLOSED = (
    "closed model: users wait for each answer, so a slow platform is asked less; "
    "nothing follows from it about capacity"
)
IGNORED = "wait_time is ignored: the arrivals decide when a task starts, not the users"
_LONGEST = 80


@dataclass(frozen=True, kw_only=True)
class Locust:
    """How a locustfile is run: `users` and `spawn_rate` (per second) drive the closed model only.

    `arguments` are Locust's own command line options: tags, the file's custom ones, names of User classes.
    """

    model: Model
    users: int = 1
    spawn_rate: float = 1.0
    arguments: tuple[str, ...] = ()


def journey_of(path: Path) -> str:
    """The journey that a locustfile's requests or tasks are counted as: its own name."""
    return _slug(path.stem) or "locustfile"


def series_of(journey: str, method: str, name: str) -> str:
    """The series of a request as objectives name it: GET /products/[id] is "locustfile/get-products-id"."""
    return f"{journey}/{_slug(f'{method} {name}') or 'request'}"


def _slug(text: str) -> str:
    """Letters, digits and single dashes, beginning with a letter."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).lstrip("-0123456789").rstrip("-")[:_LONGEST]
