"""Whether arrivals were sent when they were due, judged by stretches with enough of them. Pure.

The p99 of fewer than a hundred arrivals is that of the slowest one, so thin seconds are taken together. One
hiccup of a machine may strike a load where it moves nothing that is promised: a minute has no hundred seconds
of which one might be late. A generator that stalls, or is always late, is told all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from foundation.slo import Metric, Objective
from loadtests.recording.histograms import Histogram, merged

ENOUGH = 100
"""Arrivals of a stretch: its p99 leaves one out."""
MAY_BE_LATE = 0.01
"""The share of stretches."""
HICCUP = 0.5
"""Seconds that a hiccup takes at most; what takes longer is a stall."""
_NEIGHBOURS = 2  # seconds that a hiccup touches at most
_STRUCK = 0.1  # the share of all arrivals that it strikes at most
_PART = 0.5  # of the arrivals beyond a promised percentile: more would move it
_SECOND = 1_000_000_000

Delays = Mapping[int, Histogram]
"""Dispatch delays in ns, by the second in which arrivals were due."""


@dataclass(frozen=True, kw_only=True)
class Lateness:
    """Of so many stretches so many were late; `worst` is the highest p99 of one, in seconds.

    With `hiccup` what was late was the doing of one, too short to move what is promised.
    """

    stretches: int
    late: int
    worst: float
    hiccup: bool = False

    @property
    def on_time(self) -> bool:
        return self.stretches > 0 and (self.late <= MAY_BE_LATE * self.stretches or self.hiccup)


def lateness(delays: Delays, limit: float, objectives: Sequence[Objective] = ()) -> Lateness:
    """How late the arrivals of a load were, where a delay of `limit` seconds is borne."""
    found = _unforgiven(delays, limit)
    if found.on_time or not found.stretches:
        return found
    return replace(found, hiccup=_one_hiccup(delays, limit, objectives))


def _unforgiven(delays: Delays, limit: float) -> Lateness:
    values = [stretch.percentile(99) / _SECOND for stretch in stretches(delays)]
    late = sum(value > limit for value in values)
    return Lateness(stretches=len(values), late=late, worst=max(values, default=0.0))


def stretches(delays: Delays) -> list[Histogram]:
    """Seconds, each for itself where it has enough arrivals, else together; the rest goes with the last."""
    found: list[Histogram] = []
    rest: list[Histogram] = []
    for second in sorted(delays):
        rest.append(delays[second])
        if sum(each.total for each in rest) >= ENOUGH:
            found.append(merged(rest))
            rest = []
    if rest and found:
        found[-1].add(merged(rest))
    return found if found or not rest else [merged(rest)]


def _one_hiccup(delays: Delays, limit: float, objectives: Sequence[Objective]) -> bool:
    """Whether all would be on time without two seconds, and those move no promised percentile."""
    worst = max(delays, key=lambda second: delays[second].maximum)
    return any(
        _harmless(delays, struck, limit, objectives)
        for first in range(worst - _NEIGHBOURS + 1, worst + 1)
        if (struck := {second for second in range(first, first + _NEIGHBOURS) if second in delays})
    )


def _harmless(delays: Delays, struck: set[int], limit: float, objectives: Sequence[Objective]) -> bool:
    rest = {second: found for second, found in delays.items() if second not in struck}
    if not rest:
        return False
    total = sum(found.total for found in delays.values())
    late = sum(delays[second].above(round(limit * _SECOND)) for second in struck)
    short = max(delays[second].maximum for second in struck) <= HICCUP * _SECOND
    few = late <= min(_STRUCK, _PART * _least_beyond(objectives)) * total
    return short and few and _unforgiven(rest, limit).on_time


def _least_beyond(objectives: Sequence[Objective]) -> float:
    """The share of arrivals beyond the highest promised percentile; all of them where none is promised."""
    promised = [o.quantile for o in objectives if o.metric is Metric.LATENCY and o.quantile is not None]
    return 1 - max(promised, default=0.0) / 100
