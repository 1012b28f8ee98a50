"""What every load promises without being asked: few errors, journeys that end well, enough for a percentile.

Pure. A green run in which nothing came through would be worse than none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from foundation.slo import Metric, Objective
from foundation.verdict import Finding, Weight
from loadtests.judging.measurements import Measurements
from loadtests.judging.sufficiency import needed, suffices
from loadtests.recording.answers import Answers

LIMIT = 0.01
"""The share of errors that every journey promises to stay below, unless its load or plan says otherwise."""


def promised(written: Sequence[Objective], journeys: Iterable[str]) -> tuple[Objective, ...]:
    """The objectives that somebody wrote and, for each journey without one, that of its errors.

    The first journey is the main one, whose name may be left out.
    """
    main, *others = journeys
    about = {each.series or main for each in written if each.metric is Metric.ERRORS}
    series = [None if name == main else name for name in (main, *others) if name not in about]
    return (*written, *(_few_errors(name) for name in series))


def _few_errors(series: str | None) -> Objective:
    return Objective(metric=Metric.ERRORS, series=series, comparison="<", limit=LIMIT, implied=True)


def findings(measured: Measurements, objectives: Sequence[Objective]) -> list[Finding]:
    """That something of each journey ended well; and, where they do not, that percentiles have enough."""
    return [ended_well(measured), *_too_few(measured, objectives)]


def ended_well(measured: Measurements) -> Finding:
    """One finding for all journeys; one of which no arrival was due is not asked.

    What a journey itself calls a success (`catch_response`, `expected`) is taken at its word, but for a load
    of which no request at all was answered below 400.
    """
    totals = {stream.journey: measured.totals(stream.journey) for stream in measured.job.streams}
    none = [name for name, total in totals.items() if total.wanted and not total.completed]
    completed, wanted = (sum(getattr(t, of) for t in totals.values()) for of in ("completed", "wanted"))
    reasons = [f"none of {', '.join(none)}"] if none else []
    reasons += _nothing_but_errors(measured)
    return Finding(
        name="journeys ended well",
        weight=Weight.OBJECTIVE,
        holds=not reasons,
        expected="some of each",
        observed=f"{completed:,} of {wanted:,}",
        reason="; ".join(reasons),
    )


def _nothing_but_errors(measured: Measurements) -> Iterator[str]:
    every = measured.answers.values()
    total = Answers(by_status=sum((each.by_status for each in every), Counter()))
    if total.total and not total.below_400:
        yield f"every answer was an error: {total.in_words()}"


def _too_few(measured: Measurements, objectives: Sequence[Objective]) -> Iterator[Finding]:
    """Percentiles of too few. With those that went wrong it had been enough: the platform's doing, a FAIL.

    A closed load is judged by its validity alone: how many there will be is not known before.
    """
    whole = all(found.clean for found in measured.summaries)  # else that alone says why there are so few
    asked = objectives if whole and not measured.job.closed else ()
    for objective in asked:
        if objective.metric is not Metric.LATENCY or objective.quantile is None:
            continue
        series = objective.series or measured.job.main
        total = measured.totals(series.partition("/")[0])
        seen = measured.histogram(series).total + total.turned_away
        if suffices(objective.quantile, seen):
            continue
        wrong = total.errors + total.shed
        failed = suffices(objective.quantile, seen + wrong)
        yield Finding(
            name=f"enough for {objective.subject}",
            weight=Weight.OBJECTIVE if failed else Weight.VALIDITY,
            holds=False,
            expected=f"{needed(objective.quantile):,}",
            observed=f"{seen:,}",
            reason="too many journeys failed before it"
            if failed
            else "with fewer its value is an accident: run it for longer",
        )
