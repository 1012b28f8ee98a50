"""Objectives about what happens after the answer: delays from the books, ages of what waits. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from foundation.slo import Metric, Objective
from foundation.verdict import Finding, Weight
from loadtests.judging.measurements import Window
from loadtests.judging.objectives import precise


@dataclass(frozen=True, kw_only=True)
class Delay:
    """One order from one event to another: seconds since the load began, and how long; None: not yet."""

    at: float
    seconds: float | None


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What was seen behind the API: delays by name, and samples (at, seconds) of each gauge."""

    delays: Mapping[str, Sequence[Delay]]
    gauges: Mapping[str, Sequence[tuple[float, float]]]


def evaluate(objectives: Sequence[Objective], seen: Waiting, faults: Sequence[float]) -> list[Finding]:
    """A finding for each objective about delays, queue age or outbox lag; `faults` as for the others."""
    asked = (Metric.DELAY, Metric.QUEUE_AGE, Metric.OUTBOX_LAG)
    return [_finding(each, seen, faults) for each in objectives if each.metric in asked]


def percentile(delays: Sequence[Delay], quantile: float) -> float | None:
    """The delay that so many per cent do not exceed, in seconds: infinite where orders never arrived.

    The nearest rank, as no delay between two measured ones was ever seen; None of no order.
    """
    if not delays:
        return None
    values = sorted(math.inf if each.seconds is None else each.seconds for each in delays)
    return values[max(math.ceil(quantile / 100 * len(values)) - 1, 0)]


def _finding(objective: Objective, seen: Waiting, faults: Sequence[float]) -> Finding:
    outside = (
        [] if objective.outside is None else [Window(start=at, end=at + objective.outside) for at in faults]
    )
    value, told = _observed(objective, seen, outside, inside=False)
    beside = [told] if told else []
    if outside:
        within, _ = _observed(objective, seen, outside, inside=True)
        beside.append(f"within {objective.exclusion.removeprefix(' outside ')}: {in_words(within)}")
    return Finding(
        name=str(objective),
        weight=Weight.OBJECTIVE,
        holds=value is not None and objective.holds(value),
        expected=str(objective),
        observed=in_words(value),
        reason="; ".join(beside),
    )


def _observed(
    objective: Objective, seen: Waiting, windows: Collection[Window], *, inside: bool
) -> tuple[float | None, str]:
    def counts(at: float) -> bool:
        return any(window.touches(math.floor(at)) for window in windows) == inside

    if objective.metric is Metric.DELAY:
        chosen = [each for each in seen.delays.get(objective.series or "", ()) if counts(each.at)]
        never = sum(each.seconds is None for each in chosen)
        told = f"of {len(chosen):,}" + (f", {never:,} never" if never else "")
        return percentile(chosen, objective.quantile or 100), told
    samples = [value for at, value in seen.gauges.get(objective.metric, ()) if counts(at)]
    return max(samples, default=None), f"the longest of {len(samples)} samples"


def in_words(seconds: float | None) -> str:
    """ "12.4 ms", or why there is no such figure."""
    if seconds is None:
        return "nothing measured"
    return "never" if math.isinf(seconds) else precise(seconds)
