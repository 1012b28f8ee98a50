"""How many journeys were under way in each second: what arrived and has not ended. Pure."""

from __future__ import annotations

from itertools import accumulate

from loadtests.judging.measurements import Measurements


def in_flight(measured: Measurements, journey: str | None = None) -> list[float]:
    """How many journeys (of all by default) were running at the end of each second of the load.

    From arrivals and ends, in whatever way they ended: a generator's own count is of the moment in which it
    wrote a line, not of that second.
    """
    found = [each for name, each in measured.counters.items() if journey in (None, name)]
    changes = (
        sum(each[second].dispatched - each[second].ended for each in found if second in each)
        for second in measured.seconds
    )
    return [float(length) for length in accumulate(changes)]
