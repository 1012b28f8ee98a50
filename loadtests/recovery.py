"""Recovery: from a fault to the first five seconds in which journeys are well again. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

WINDOW = 5  # seconds
TOLERATED = 0.05  # the share of journeys in a window that may exceed the latency limit; one always may


@dataclass(frozen=True, kw_only=True)
class Health:
    """Of the journeys that were due in one second: all, those that failed, those above the latency limit."""

    journeys: int
    failed: int
    slow: int


def recovery(seconds: Mapping[int, Health], fault: float, end: int) -> float | None:
    """Seconds from a fault to the start of the first healthy window that ends by `end`, or None.

    `fault` is in seconds since the start of the load; a platform that took no harm recovers in 0 s.
    """
    for start in range(math.floor(fault), end - WINDOW + 1):
        if _well([seconds[second] for second in range(start, start + WINDOW) if second in seconds]):
            return max(start - fault, 0.0)
    return None


def _well(window: list[Health]) -> bool:
    journeys = sum(second.journeys for second in window)
    slow = sum(second.slow for second in window)
    return not any(second.failed for second in window) and slow <= max(1, TOLERATED * journeys)
