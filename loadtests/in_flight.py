"""How many journeys were under way in each second: what arrived and has not ended. Pure."""

from __future__ import annotations

from itertools import accumulate

from loadtests.measurements import Measurements


def in_flight(measured: Measurements, journey: str | None = None) -> list[float]:
    """How many journeys (of all by default) were running at the end of each second of the load.

    From arrivals and ends, in whatever way they ended: a generator's own count is of the moment in which it
    wrote a line, not of that second.
    """
    totals = (measured.totals(journey, [second]) for second in measured.seconds)
    return [float(length) for length in accumulate(total.dispatched - total.ended for total in totals)]
