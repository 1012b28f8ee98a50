"""Recovery: from a fault to the first five seconds in which all is well again. Pure.

Well: as many journeys end as are due, none of those due fails, and at most a few are slow. Where none is due
nothing is shown. Slow needs a latency limit: without one nobody can say what well is, and recovery is not
claimed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

WINDOW = 5  # seconds
TOLERATED = 0.05  # the share of journeys in a window that may exceed the latency limit; one always may


_SCATTER = 3  # standard deviations of a Poisson count that are chance, and no lack of throughput


@dataclass(frozen=True, kw_only=True)
class Health:
    """Of the journeys that were due in one second: all, and those refused, failed, above the latency limit.

    `ended` journeys ended well in this second, whenever they were due.
    """

    journeys: int
    failed: int
    slow: int
    ended: int
    refused: int = 0


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
    failed = any(second.failed for second in window)
    return journeys > 0 and not failed and slow <= max(1, TOLERATED * journeys) and _flows(window)


def _flows(window: list[Health]) -> bool:
    """Whether in no part of the window fewer journeys end than are due, but for one in twenty and for chance.

    In no part: what had to wait ends all at once when an outage is over, and would fill up the gap before it.
    """
    due = [second.journeys - second.refused for second in window]
    mean = sum(due) / max(len(due), 1)
    parts = [(start, end) for end in range(1, len(due) + 1) for start in range(end)]
    return all(
        sum(second.ended for second in window[start:end])
        >= _least(min(sum(due[start:end]), mean * (end - start)))
        for start, end in parts
    )


def _least(due: float) -> float:
    """How many must end where so many are due."""
    return due - max(1, TOLERATED * due, _SCATTER * math.sqrt(due))
