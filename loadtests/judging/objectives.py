"""Objectives against measurements: each becomes a finding with what was observed. Pure.

What only the platform itself can tell (lost orders, delays, queue age, outbox lag) is not decided here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence

from foundation.bounds import upper_bound
from foundation.slo import ALL, Metric, Objective
from foundation.units import in_words
from foundation.verdict import Finding, Weight
from loadtests.judging.measurements import Measurements, Window
from loadtests.judging.recovery import WINDOW, Health, recovery
from loadtests.recording.counters import Counters
from loadtests.recording.histograms import rank
from loadtests.recording.latency_log import Clock

NOTHING = "nothing measured"
_SECOND = 1_000_000_000
# A measured value, how it reads, and what stands beside it; None when nothing was measured.
Observed = tuple[float, str, str] | None


def evaluate(
    objectives: Sequence[Objective],
    measured: Measurements,
    faults: Sequence[float] = (),
    without: Sequence[Window] = (),
) -> list[Finding]:
    """A finding for each objective about what clients see. `faults`: seconds since the start of the load.

    `without`: what is left out of all but recovery, as is the time after faults where a promise says so.
    """
    guard, shedding = latency_guard(objectives, measured.job.main), may_shed(objectives, measured.job.main)
    return [
        _recovered(objective, measured, faults, guard)
        if objective.metric is Metric.RECOVERY
        else _finding(objective, measured, faults, shedding, without)
        for objective in objectives
        if not (objective.metric.inside or _idle(objective, measured))
    ]


def _idle(objective: Objective, measured: Measurements) -> bool:
    """Whether nobody promised it, and no arrival was due that it could be about."""
    return objective.implied and not measured.totals(objective.series or measured.job.main).wanted


def may_shed(objectives: Sequence[Objective], main: str) -> frozenset[str]:
    """Journeys of which a platform may shed what is too much, as it promises goodput instead."""
    return frozenset(o.series or main for o in objectives if o.metric is Metric.GOODPUT)


def tightest_latency(objectives: Sequence[Objective]) -> float | None:
    """The smallest latency limit of all objectives in seconds; None when there is none."""
    return min((o.limit for o in objectives if o.metric is Metric.LATENCY), default=None)


def latency_guard(objectives: Sequence[Objective], main: str) -> Objective | None:
    """The tightest latency objective of the main journey or of one of its steps: what `slow` means in it."""
    of_main = (o for o in objectives if o.metric is Metric.LATENCY and _journey(o) == main)
    return min(of_main, key=lambda objective: objective.limit, default=None)


def _journey(objective: Objective) -> str:
    return (objective.series or "").partition("/")[0]


def unknown_series(objectives: Sequence[Objective], journeys: Collection[str]) -> list[Objective]:
    """Objectives about journeys that the load does not have. Steps are known only once they have run."""
    about = (o for o in objectives if o.series and not o.metric.inside)
    return [o for o in about if _journey(o) not in journeys and not _of_all(o)]


def _of_all(objective: Objective) -> bool:
    """Whether it is about every journey together."""
    return objective.series == ALL and objective.metric.share


def _finding(
    objective: Objective,
    measured: Measurements,
    faults: Sequence[float],
    shedding: Collection[str],
    without: Sequence[Window],
) -> Finding:
    forgiven = objective.metric is Metric.ERRORS and (_journey(objective) or measured.job.main) in shedding
    measure = _errors_but_shed if forgiven else _MEASURES[objective.metric]
    excluded = objective.outside is not None and len(faults) > 0
    windows = [Window(start=at, end=at + (objective.outside or 0.0)) for at in faults] if excluded else []
    observed = measure(objective, measured, measured.outside([*windows, *without]))
    beside = ["promised by default"] if objective.implied else []
    beside += [observed[2]] if observed and observed[2] else []
    if windows:
        within = measure(objective, measured, measured.inside(windows))
        name = objective.exclusion.removeprefix(" outside ")
        beside.append(f"within {name}: {within[1] if within else NOTHING}")
    return Finding(
        name=str(objective),
        weight=Weight.OBJECTIVE,
        holds=observed is not None and objective.holds(observed[0]),
        expected=str(objective),
        observed=observed[1] if observed else NOTHING,
        reason="; ".join(beside),
    )


def _latency(objective: Objective, measured: Measurements, seconds: Collection[int]) -> Observed:
    """An arrival that was turned away waits for ever, for its journey and for each of its steps."""
    assert objective.series is not None
    assert objective.quantile is not None
    histogram = measured.histogram(objective.series, Clock.RESPONSE, seconds)
    if not histogram.counts:
        return None
    away = measured.totals(_journey(objective), seconds).turned_away
    count = histogram.total + away
    found = histogram.ranked(rank(objective.quantile, count))
    value = math.inf if found is None else found / _SECOND
    told = f"of {count:,} {_counted(measured, step='/' in objective.series)}"
    return value, precise(value), told + (f", {away:,} of them turned away" if away else "")


def _errors(objective: Objective, measured: Measurements, seconds: Collection[int]) -> Observed:
    total = total_of(objective, measured, seconds)
    wrong = total.errors + total.turned_away + total.shed
    return _wrong(total, wrong, _what(objective, measured), "shed by the platform")


def _errors_but_shed(objective: Objective, measured: Measurements, seconds: Collection[int]) -> Observed:
    """Errors where goodput is promised: what the platform had no room for is none."""
    total = total_of(objective, measured, seconds)
    wrong = total.errors + total.turned_away
    return _wrong(total, wrong, _what(objective, measured), "shed by the platform (no errors)")


def total_of(
    objective: Objective, measured: Measurements, seconds: Collection[int] | None = None
) -> Counters:
    """What was counted of a journey, of all, or of a step, over some seconds (all by default).

    Who was turned away took none of a journey's steps.
    """
    if _of_all(objective):
        return measured.totals(None, seconds)
    total = measured.totals(objective.series or measured.job.main, seconds)
    if "/" in (objective.series or ""):
        total.turned_away = measured.totals(_journey(objective), seconds).turned_away
        total.wanted = total.done + total.turned_away
    return total


def _what(objective: Objective, measured: Measurements) -> str:
    return _counted(measured, step="/" in (objective.series or ""))


def _counted(measured: Measurements, *, step: bool = False) -> str:
    """What a share or a percentile is of: the users of a closed load make single requests."""
    return "requests" if measured.job.closed else "steps" if step else "journeys"


def _wrong(total: Counters, wrong: int, counted: str, shed: str) -> Observed:
    if not total.wanted:
        return None
    beside = [] if wrong else [f"at most {upper_bound(0, total.wanted) * 100:.2g}% with 95 % confidence"]
    beside += [f"{total.turned_away:,} turned away"] if total.turned_away else []
    beside += [f"{total.shed:,} {shed}"] if total.shed else []
    beside += [f"{total.refused:,} refused by the platform (no errors)"] if total.refused else []
    beside += [f"attempt-errors {_of_attempts(total)}"] if total.attempt_errors else []
    share = wrong / total.wanted
    return share, f"{share:.3%} ({wrong:,} of {total.wanted:,} {counted})", ", ".join(beside)


def _attempt_errors(objective: Objective, measured: Measurements, seconds: Collection[int]) -> Observed:
    total = total_of(objective, measured, seconds)
    if not total.attempts:
        return None
    return total.attempt_errors / total.attempts, _of_attempts(total), ""


def _of_attempts(total: Counters) -> str:
    """Single requests, repeated ones too, are another denominator than journeys: it has its name."""
    share, wrong = total.attempt_errors / total.attempts, total.attempt_errors
    return f"{share:.3%} ({wrong:,} of {total.attempts:,} requests)"


def _refused(objective: Objective, measured: Measurements, seconds: Collection[int]) -> Observed:
    """The platform's no for a reason of business: no error, and yet there may be too many."""
    total = total_of(objective, measured, seconds)
    if not total.wanted:
        return None
    share = total.refused / total.wanted
    return share, f"{share:.3%} ({total.refused:,} of {total.wanted:,} {_what(objective, measured)})", ""


def _throughput(objective: Objective, measured: Measurements, seconds: Collection[int]) -> Observed:
    """By the second in which journeys ended: what came to its end after the load is left out, and told."""
    journey = objective.series or measured.job.main
    start, end = measured.job.span(journey)
    within = [s for s in seconds if s in measured.seconds and start <= s < end]
    if not within:
        return None
    completed = measured.totals(journey, within).completed
    own = [s for s in measured.seconds if start <= s < end]
    later = measured.totals(journey).completed - measured.totals(journey, own).completed
    told = f"{completed:,} in {len(within)} s" + (f", {later:,} after the load not counted" if later else "")
    return completed / len(within), f"{completed / len(within):.1f}/s", told


_MEASURES: Mapping[Metric, Callable[[Objective, Measurements, Collection[int]], Observed]] = {
    Metric.LATENCY: _latency,
    Metric.ERRORS: _errors,
    Metric.ATTEMPT_ERRORS: _attempt_errors,
    Metric.REFUSED: _refused,
    Metric.THROUGHPUT: _throughput,
    Metric.GOODPUT: _throughput,
}


def _recovered(
    objective: Objective, measured: Measurements, faults: Sequence[float], guard: Objective | None
) -> Finding:
    worst, observed, reason = _recovery(measured, faults, guard)
    return Finding(
        name=str(objective),
        weight=Weight.OBJECTIVE,
        holds=worst is not None and objective.holds(worst),
        expected=str(objective),
        observed=observed,
        reason=reason,
    )


def _recovery(
    measured: Measurements, faults: Sequence[float], guard: Objective | None
) -> tuple[float | None, str, str]:
    """The longest recovery, None where it is not known; how it reads, and what stands beside it."""
    if not faults:
        return 0.0, "no fault", ""
    if guard is None:
        return None, "not claimed", f"no latency limit of {measured.job.main} says when all is well"
    health = health_of(measured, guard)
    times = [recovery(health, fault, len(measured.seconds)) for fault in faults]
    known = [time for time in times if time is not None]
    if len(known) == len(times):
        return max(known), in_words(max(known)), ""
    missing = f"{len(times) - len(known)} of {len(times)} faults not recovered from"
    return (
        None,
        missing if known else "not recovered",
        f"no {WINDOW} s in which all is well before the load ended",
    )


def health_of(measured: Measurements, guard: Objective | None) -> dict[int, Health]:
    """How the main journey did in each second; `guard` tells which of its answers were slow."""
    found = measured.counters.get(measured.job.main, {})
    series, limit = (guard.series or "", guard.limit) if guard else ("", None)
    responses = measured.histograms.get((series, Clock.RESPONSE), {})
    return {
        second: Health(
            journeys=figures.wanted,
            failed=figures.failed + figures.turned_away,
            slow=responses[second].above(round(limit * _SECOND)) if limit and second in responses else 0,
            ended=figures.completed,
            refused=figures.refused,
        )
        for second, figures in found.items()
    }


def precise(seconds: float) -> str:
    """A latency for people, with what its three digits know: "12.4 ms", "1.32 s"; "never" if infinite."""
    if math.isinf(seconds):
        return "never"
    return f"{seconds:.3g} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"
