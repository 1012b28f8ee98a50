"""The search for capacity: bracket by doubling, then rates around it in random order. Pure over a Trial.

Random order keeps what drifts on a machine (caches, heat, a growing table) out of the comparison of rates.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from loadtests.capacity.fit import Fit, fit
from loadtests.capacity.trials import Observation, Outcome, Trial

WIDTH = 0.10  # of the interval, as a share of capacity
AROUND = (0.2, 0.4, 0.6, 0.8)  # where in what capacity may be the next rates lie
CLOSE = 1.1  # a rate held and one that cannot be generated, this near: capacity is at least the former
MOST_HALVINGS = 8
LEAST_TRIALS = 3  # a rate that holds, one that breaks, and one between


class Status(StrEnum):
    """FOUND: within the width. WIDE: the budget ended first. AT_LEAST: no rate that broke was reached.

    NONE: no rate held.
    """

    FOUND = "found"
    WIDE = "wide"
    AT_LEAST = "at least"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """Rates per second; `low` and `high` are the 90 % interval, None where there is none."""

    status: Status
    rate: float
    low: float | None = None
    high: float | None = None
    reason: str = ""
    observations: tuple[Observation, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Where the search starts, how many trials it may use, and the rate it never exceeds."""

    start: float
    trials: int
    most: float = math.inf
    seed: int = 7


@dataclass
class _Search:
    trial: Trial
    plan: Plan
    tell: Callable[[Observation], None]
    seen: list[Observation] = field(default_factory=list)

    def run(self) -> Capacity:
        if not self._bracket():
            return self._unbracketed()
        order = random.Random(self.plan.seed)  # noqa: S311 - the order of trials, no secret
        found = self._fitted()
        while self._left() and (len(self._outcomes(Outcome.HELD, Outcome.BROKE)) < 6 or found.width > WIDTH):
            rates = [min(found.quantile(share), self._ceiling() * 0.98) for share in AROUND]
            order.shuffle(rates)
            for rate in rates[: self._left()]:
                self._try(rate)
            found = self._fitted()
        return self._result(found)

    def _bracket(self) -> bool:
        """Doubles and halves until a rate held and one broke; whether that came about."""
        rate, halvings = min(self.plan.start, self.plan.most), 0
        while self._left():
            outcome = self._try(rate)
            held, broke = self._outcomes(Outcome.HELD), self._outcomes(Outcome.BROKE)
            if held and broke:
                return True
            best, ceiling = max(held, default=0.0), self._ceiling()
            halvings += outcome is not Outcome.HELD and not held
            if halvings > MOST_HALVINGS or (best and ceiling / best < CLOSE):
                return False
            rate = self._next(rate, best, ceiling)
        return False

    def _next(self, rate: float, best: float, ceiling: float) -> float:
        if not best:
            return rate / 2
        if best * 2 < ceiling:
            return best * 2
        return ceiling if ceiling == self.plan.most else math.sqrt(best * ceiling)

    def _ceiling(self) -> float:
        """The lowest rate that is known to be out of reach."""
        return min(self._outcomes(Outcome.INVALID), default=self.plan.most)

    def _try(self, rate: float) -> Outcome:
        observation = self.trial.run(rate)
        self.seen.append(observation)
        self.tell(observation)
        return observation.outcome

    def _left(self) -> int:
        return max(self.plan.trials - len(self.seen), 0)

    def _outcomes(self, *outcomes: Outcome) -> list[float]:
        return [observation.rate for observation in self.seen if observation.outcome in outcomes]

    def _fitted(self) -> Fit:
        return fit(decided(self.seen))

    def _result(self, found: Fit) -> Capacity:
        low, high = found.interval
        narrow = found.width <= WIDTH
        return Capacity(
            status=Status.FOUND if narrow else Status.WIDE,
            rate=found.capacity,
            low=low,
            high=high,
            reason="" if narrow else f"the budget of {self.plan.trials} trials ended first",
            observations=tuple(self.seen),
        )

    def _unbracketed(self) -> Capacity:
        held = max(self._outcomes(Outcome.HELD), default=0.0)
        reason = "the budget ended before a rate broke" if held else "no rate held"
        if held and self._outcomes(Outcome.INVALID):
            reason = f"above {held:.3g}/s the load could not be generated"
        elif held >= self.plan.most:
            reason = f"the highest rate that was allowed, {self.plan.most:g}/s, held"
        status = Status.AT_LEAST if held else Status.NONE
        return Capacity(status=status, rate=held, reason=reason, observations=tuple(self.seen))


def search(trial: Trial, plan: Plan, tell: Callable[[Observation], None] = lambda _: None) -> Capacity:
    """Capacity by at most `plan.trials` trials; `tell` hears of each."""
    return _Search(trial, plan, tell).run()


def decided(observations: Sequence[Observation]) -> list[tuple[float, bool]]:
    """The trials that say something about the platform: (rate, held)."""
    return [
        (each.rate, each.outcome is Outcome.HELD)
        for each in observations
        if each.outcome is not Outcome.INVALID
    ]
