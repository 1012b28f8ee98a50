"""What the search knows of a trial: a rate, and whether it held. Pure values and one protocol."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """INVALID: the load was not generated as asked, so nothing is known of the platform at this rate."""

    HELD = "held"
    BROKE = "broke"
    INVALID = "invalid"


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One trial at a rate per second, and why it did not hold. `figures` are shown, never decided on."""

    rate: float
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    p99: float | None = None  # of the main journey, in seconds
    throughput: float | None = None  # main journeys that ended well, per second
    saturated: str = ""  # what was used up first, where somebody looked inside


class Trial(Protocol):
    """Warms up, measures, drains and resets at one rate."""

    def run(self, rate: float) -> Observation: ...
