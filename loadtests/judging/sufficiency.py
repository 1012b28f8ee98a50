"""Whether a load is long enough for its percentiles: known from the plan, before anything is sent. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from foundation.slo import Metric, Objective
from foundation.units import in_words
from loadtests.judging.measurements import Window
from loadtests.planning.arrivals import Profile, Stream
from loadtests.planning.job import Job
from loadtests.profiles import mean_rate

ABOVE = 10
"""Journeys expected above a percentile, n(1-q): with fewer, its value is an accident."""


@dataclass(frozen=True, kw_only=True)
class TooShort:
    """An objective, the journeys expected for it and needed by it, and the seconds that would do."""

    objective: Objective
    expected: float
    needed: int
    duration: int

    def __str__(self) -> str:
        return (
            f"{self.objective}: {self.expected:,.0f} journeys are expected, {self.objective.subject} needs "
            f"{self.needed:,} ({ABOVE} above it); the shortest load that works: {self.duration} s"
        )


def needed(quantile: float) -> int:
    """How many journeys a percentile needs: 1,000 for p99. The maximum (p100) needs but one."""
    return math.ceil(round(ABOVE / (1 - quantile / 100), 6)) if quantile < 100 else 1


def suffices(quantile: float, measured: int) -> bool:
    """Whether so many tell a percentile. Arrivals are random: four standard deviations fewer will do."""
    least = needed(quantile)
    return measured >= max(least - 4 * math.sqrt(least), 1)


def too_short(
    objectives: Sequence[Objective],
    profile: Profile,
    streams: Sequence[Stream],
    duration: float,
    faults: Sequence[float] = (),
) -> Iterator[TooShort]:
    """Objectives with too few journeys; `faults` are in seconds since the start. A step is one a journey.

    Objectives about journeys that the load does not have are left out.
    """
    ratios = {stream.journey: stream.ratio for stream in streams}
    for objective in objectives:
        ratio = _ratio(objective, ratios)
        if objective.quantile is None or ratio is None:
            continue
        mean = mean_rate(profile, 0, duration) * ratio
        excluded = _excluded(objective, duration, faults)
        lost = sum(mean_rate(profile, w.start, w.end) * (w.end - w.start) * ratio for w in excluded)
        expected, least = mean * duration - lost, needed(objective.quantile)
        # A hair less than enough is enough: rates are floating-point numbers.
        if expected < least * (1 - 1e-6) and mean > 0:
            shortest = math.ceil(round((least + lost) / mean, 3))
            yield TooShort(objective=objective, expected=expected, needed=least, duration=shortest)


def of_job(objectives: Sequence[Objective], job: Job) -> Iterator[TooShort]:
    """The same of a whole job without faults, where some journeys come by scenarios of their own."""
    schedule = job.schedule
    for stream in job.streams:
        span, main = schedule.span(stream), stream.journey == job.main
        about = [each for each in objectives if _about(each, stream.journey, main=main)]
        alone = Stream(journey=stream.journey, ratio=span.ratio)
        yield from too_short(about, span.profile, (alone,), span.duration)


def _about(objective: Objective, journey: str, *, main: bool) -> bool:
    """Whether it is about a journey; a delay is about the main one."""
    if objective.metric is Metric.DELAY:
        return main
    return (objective.series or "").partition("/")[0] == journey


def least_rate(objectives: Sequence[Objective], streams: Sequence[Stream], duration: float) -> float:
    """The lowest constant rate of main arrivals at which so long a load has enough for every percentile."""
    ratios = {stream.journey: stream.ratio for stream in streams}
    asked = ((each.quantile, _ratio(each, ratios)) for each in objectives)
    rates = (needed(quantile) / (duration * ratio) for quantile, ratio in asked if quantile and ratio)
    return max(rates, default=0.0)


def _ratio(objective: Objective, ratios: Mapping[str, float]) -> float | None:
    """Arrivals for each arrival of the main journey; a delay has one for each order."""
    return 1.0 if objective.metric is Metric.DELAY else ratios.get((objective.series or "").partition("/")[0])


def hint(found: TooShort) -> str:
    """What to do about it."""
    return f"run it for {in_words(found.duration)} or longer, at a higher rate, or ask for a lower percentile"


def _excluded(objective: Objective, duration: float, faults: Sequence[float]) -> list[Window]:
    """The times that an objective leaves out, whole seconds as they are judged, without overlaps."""
    if objective.outside is None:
        return []
    windows: list[Window] = []
    for fault in sorted(faults):
        start = max(float(math.floor(fault)), windows[-1].end if windows else 0.0)
        end = min(float(math.ceil(fault + objective.outside)), duration)
        if end > start:
            windows.append(Window(start=start, end=end))
    return windows
