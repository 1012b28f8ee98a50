"""Faster, slower, same or undecided: from runs to verdicts, several series and percentiles at once. Pure.

Faster and slower are told by Welch's test on logarithms, corrected by Holm for how many are asked at once;
same by two one-sided tests that the ratio lies within 5 %. What neither shows is undecided, never the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from loadtests.comparing.bootstrap import Estimate, estimate
from loadtests.comparing.runs import Run
from loadtests.comparing.spread import Spread, Spreads
from loadtests.judging import student

ALPHA = 0.05  # the risk of one false alarm or more in a whole comparison
EQUIVALENCE = 0.05  # ratios that are nothing to a user
LEAST_BEYOND = 10  # values of a run that must lie beyond a percentile before it means anything


Pair = tuple[str, float]  # a series and a percentile of it


class Change(StrEnum):
    FASTER = "faster"
    SLOWER = "slower"
    SAME = "same"
    UNDECIDED = "undecided"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One percentile of one series: `ratio` is new to base, `low` and `high` its 90 % interval.

    Percentiles are in seconds. `chance` is the corrected probability of such a difference between equals.
    """

    series: str
    quantile: float
    change: Change
    base: float
    new: float
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    chance: float | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class _Effect:
    """A logarithm of a ratio that can be tested; `single` where a group is one run only."""

    log: float
    error: float
    freedom: float
    single: bool

    @property
    def chance(self) -> float:
        return student.two_sided(self.log / self.error, self.freedom)

    def interval(self) -> tuple[float, float]:
        half = student.quantile(0.95, self.freedom) * self.error
        return math.exp(self.log - half), math.exp(self.log + half)


def compare(
    base: Sequence[Run], new: Sequence[Run], quantiles: Sequence[float], *, spreads: Spreads, seed: int = 7
) -> list[Comparison]:
    """A verdict for each series that both sides have and each percentile, in order of their names."""
    names = sorted(set(_series(base)) & set(_series(new)))
    pairs = [(series, quantile) for series in names for quantile in quantiles]
    effects = {pair: _effect(base, new, pair, spreads, seed) for pair in pairs}
    tested = {pair: effect for pair, effect in effects.items() if isinstance(effect, _Effect)}
    chances = holm({pair: effect.chance for pair, effect in tested.items()})
    return [_comparison(base, new, pair, effects[pair], chances) for pair in pairs]


def holm(chances: Mapping[Pair, float]) -> dict[Pair, float]:
    """Probabilities corrected for their number (Holm, 1979): the smallest counts once for each of them."""
    corrected, highest = {}, 0.0
    for position, key in enumerate(sorted(chances, key=lambda key: chances[key])):
        highest = max(highest, min(1.0, chances[key] * (len(chances) - position)))
        corrected[key] = highest
    return corrected


def overall(comparisons: Sequence[Comparison]) -> Change:
    """Slower where anything is; else undecided, else faster where anything is; else the same."""
    found = {comparison.change for comparison in comparisons}
    order = (Change.SLOWER, Change.UNDECIDED, Change.FASTER)
    return next((change for change in order if change in found), Change.SAME if found else Change.UNDECIDED)


def _series(runs: Sequence[Run]) -> list[str]:
    """What every run of a side has."""
    return sorted(set.intersection(*({name for name, found in run.blocks.items() if found} for run in runs)))


def _effect(
    base: Sequence[Run], new: Sequence[Run], pair: Pair, spreads: Spreads, seed: int
) -> _Effect | str:
    """What can be tested, or why nothing can."""
    series, quantile = pair
    least = min(run.total(series) for run in (*base, *new)) * (1 - quantile / 100)
    if least < LEAST_BEYOND - 1e-6:
        return f"a run has {least:.0f} values beyond p{quantile:g}; {LEAST_BEYOND} are needed: run longer"
    single = len(base) < 2 or len(new) < 2
    spread = spreads.get(pair)
    if single and spread is None:
        return "one run says nothing about how runs differ: give more, or store this machine's spread"
    before, after = (
        _estimate(side, pair, spread, seed + position) for position, side in enumerate((base, new))
    )
    return _difference(before, after, single=single)


def _estimate(runs: Sequence[Run], pair: Pair, spread: Spread | None, seed: int) -> Estimate:
    series, quantile = pair
    if len(runs) > 1:
        return estimate([run.blocks[series] for run in runs], quantile, seed)
    assert spread is not None
    value = math.log(max(runs[0].percentile(series, quantile), 1.0))
    return Estimate(value=value, variance=spread.deviation**2, freedom=spread.runs - 1)


def _difference(before: Estimate, after: Estimate, *, single: bool) -> _Effect:
    """Welch and Satterthwaite. Histograms know values within 0.1 %: nothing is more certain than that."""
    variance = before.variance + after.variance
    parts = before.variance**2 / before.freedom + after.variance**2 / after.freedom
    freedom = variance**2 / parts if parts > 0 else before.freedom + after.freedom
    return _Effect(
        log=after.value - before.value, error=max(math.sqrt(variance), 1e-3), freedom=freedom, single=single
    )


def _comparison(
    base: Sequence[Run],
    new: Sequence[Run],
    pair: Pair,
    effect: _Effect | str,
    chances: Mapping[Pair, float],
) -> Comparison:
    series, quantile = pair
    before, after = (_middle(side, series, quantile) for side in (base, new))
    if isinstance(effect, str):
        return Comparison(
            series=series, quantile=quantile, change=Change.UNDECIDED, base=before, new=after, reason=effect
        )
    low, high = effect.interval()
    change, reason = _judged(effect, low, high, chances[pair])
    return Comparison(
        series=series, quantile=quantile, change=change, base=before, new=after, ratio=math.exp(effect.log),
        low=low, high=high, chance=chances[pair], reason=reason,
    )  # fmt: skip


def _judged(effect: _Effect, low: float, high: float, chance: float) -> tuple[Change, str]:
    if not effect.single and low > 1 / (1 + EQUIVALENCE) and high < 1 + EQUIVALENCE:
        return Change.SAME, ""
    if chance < ALPHA:
        return (Change.SLOWER if effect.log > 0 else Change.FASTER), ""
    if effect.single:
        return Change.UNDECIDED, "within what runs of the same version differ on this machine"
    return Change.UNDECIDED, f"neither a difference nor equal within {EQUIVALENCE:.0%}: more runs decide"


def _middle(runs: Sequence[Run], series: str, quantile: float) -> float:
    """The percentile of all runs together, in seconds."""
    together = Run(name="", blocks={series: [block for run in runs for block in run.blocks[series]]})
    return together.percentile(series, quantile) / 1e9
