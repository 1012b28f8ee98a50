"""The figures of a load test as lines of text that a log of 80 columns holds: no number is ever cut. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from foundation.verdict import Finding, Weight
from loadtests.judging.measurements import Measurements
from loadtests.recording.answers import Answers
from loadtests.showing.results import QUANTILES, latencies

_FIGURES = ("count", *(f"p{quantile:g}" for quantile in QUANTILES), "max")
_NAME, _CELL = 12, 11  # letters of a clock's name and of a figure, 78 in all: a day is 86,400,000 ms
_ORDER = (Weight.CONSERVATION, Weight.OBJECTIVE, Weight.VALIDITY)


def times(measured: Measurements) -> Iterator[str]:
    """Each series on a line of its own, with how often it was asked and answered; below it its clocks."""
    found = measured.answers
    heads = [name if name == "count" else f"{name} ms" for name in _FIGURES]
    yield " " * _NAME + "".join(f"{head:>{_CELL}}" for head in heads)
    for series in measured.series:
        yield _asked(series, found.get(series), measured)
        for clock, figures in latencies(measured, series).items():
            cells = [_figure(name, figures[name]) for name in _FIGURES]
            yield f"  {clock:<{_NAME - 2}}" + "".join(f"{cell:>{_CELL}}" for cell in cells)


def failed_checks(measured: Measurements) -> Iterator[str]:
    """Each check that did not always hold: "place-order: the price shown: 3 of 600 failed"."""
    for journey, named in measured.checks.items():
        for what, each in named.items():
            if each.failed:
                yield f"{journey}: {what}: {each.failed:,} of {each.total:,} failed"


def _asked(series: str, found: Answers | None, measured: Measurements) -> str:
    """Requests a second of the time in which they were made, which is told where it is not the load's."""
    if found is None:
        return series
    over = "" if measured.ran == measured.job.duration else f" over {measured.ran:.1f} s"
    rate = f"{found.total / measured.ran:,.4g}/s{over}"
    return f"{series}  {rate}, {found.share_wrong:.2%} went wrong: {found.in_words()}"


def _figure(name: str, value: float) -> str:
    """A count, or milliseconds with the digits that its size allows."""
    if name == "count" or value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 100 else f"{value:.2f}"


def judged(findings: Sequence[Finding]) -> Iterator[tuple[bool, str]]:
    """Each finding in a line, and whether it holds: promises before bookkeeping, what is broken first."""
    for weight in _ORDER:
        of_weight = [each for each in findings if each.weight is weight]
        for each in sorted(of_weight, key=lambda finding: finding.holds):
            told = [f"{each.name}: {each.observed}"]
            told += [] if each.holds or each.expected == each.name else [f"expected {each.expected}"]
            told += [each.reason] if each.reason else []
            yield each.holds, "; ".join(told)
