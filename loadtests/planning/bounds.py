"""What a load may ask for at most: beyond it no generator would come to its end, or to its start. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from loadtests.planning.arrivals import Schedule, Stream
from loadtests.profiles import mean_rate

LONGEST = 7 * 86_400
"""Seconds; of what takes longer nobody sees the end."""
MOST_RATE = 1_000_000
"""Arrivals a second, of all journeys: above every published peak (583,000 orders/s, Alibaba 2020)."""
MOST_ARRIVALS = 100_000_000
"""Of one load: all are drawn before it begins, in 3 microseconds and 14 bytes each (5 minutes, 1.4 GB)."""

Excess = tuple[str, str]
"""What is too much, and what may be asked for instead."""


def excess_rate(rate: float, streams: Sequence[Stream]) -> Excess | None:
    """Where `rate` (per second) of the main journey makes too many arrivals a second; None where not."""
    total = sum(stream.peak(rate) for stream in streams)
    if total <= MOST_RATE:
        return None
    what = f"{total:,.4g} arrivals/s of all journeys: no generator comes to the end of them"
    return what, f"at most {MOST_RATE:,}/s"


def excess_arrivals(schedule: Schedule) -> Excess | None:
    """Where a schedule has too many arrivals in all; None where not."""
    spans = (schedule.span(stream) for stream in schedule.streams)
    total = sum(mean_rate(each.profile, 0, each.duration) * each.duration * each.ratio for each in spans)
    if total <= MOST_ARRIVALS:
        return None
    what = f"{total:,.4g} arrivals of all journeys: too many to draw before the load begins"
    return what, f"at most {MOST_ARRIVALS:,}: load for a shorter time, or with less"
