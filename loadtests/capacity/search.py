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
AGAIN = 2  # trials of a rate that were INVALID, one after the other, before it cannot be generated
BUSY = "this machine cannot generate more beside the platform"
MOST_HALVINGS = 8
LEAST_DECIDED = 6  # trials that held or broke before an interval is believed
LEAST_TRIALS = 3  # a rate that holds, one that breaks, and one between


class Status(StrEnum):
    """FOUND: within the width. WIDE: the budget ended first. AT_LEAST: capacity is beyond what
    could be tried. NONE: no rate held.
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

    @property
    def saturated(self) -> str:
        """What was used up first at the lowest rate that broke, or else could not be generated."""
        beyond = unreachable(self.observations)
        broke = [each for each in self.observations if each.outcome is Outcome.BROKE]
        limits = broke if self.low is not None else [e for e in self.observations if e.rate in beyond]
        return min(limits or broke, key=lambda each: each.rate).saturated if limits or broke else ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Where the search starts, how many trials it may use, and the rate it never exceeds.

    At less than `least` a trial has too few journeys for its percentiles: it would tell nothing.
    """

    start: float
    trials: int
    most: float = math.inf
    least: float = 0.0
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
        while self._left() and self._worth_trying(found):
            rates = [
                max(min(found.quantile(share), self._ceiling() * 0.98), self.plan.least) for share in AROUND
            ]
            order.shuffle(rates)
            for rate in rates:
                self._try(rate)
            found = self._fitted()
        return self._result(found)

    def _worth_trying(self, found: Fit) -> bool:
        """Whether more trials can tell: not where capacity lies beyond what can be generated."""
        if found.quantile(AROUND[0]) >= self._ceiling():
            return False
        return len(self._outcomes(Outcome.HELD, Outcome.BROKE)) < LEAST_DECIDED or found.width > WIDTH

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
            close = CLOSE if ceiling < self.plan.most else 1.0  # the highest that is allowed is tried itself
            too_low = not held and rate <= self.plan.least
            if too_low or halvings > MOST_HALVINGS or ceiling <= best * close:
                return False
            rate = self._next(rate, best, ceiling)
        return False

    def _next(self, rate: float, best: float, ceiling: float) -> float:
        if not best:
            return max(rate / 2, self.plan.least)
        if best * 2 < ceiling:
            return best * 2
        return ceiling if ceiling == self.plan.most else math.sqrt(best * ceiling)

    def _ceiling(self) -> float:
        """The lowest rate that this machine cannot generate, as far as is known."""
        return min(unreachable(self.seen), default=self.plan.most)

    def _try(self, rate: float) -> Outcome | None:
        """Tries a rate; once more where the load was not generated: one hiccup of a machine is no ceiling."""
        observation = None
        for _ in range(min(AGAIN, self._left())):
            observation = self.trial.run(rate)
            self.seen.append(observation)
            self.tell(observation)
            if observation.outcome is not Outcome.INVALID:
                break
        return observation.outcome if observation else None

    def _left(self) -> int:
        return max(self.plan.trials - len(self.seen), 0)

    def _outcomes(self, *outcomes: Outcome) -> list[float]:
        return [observation.rate for observation in self.seen if observation.outcome in outcomes]

    def _fitted(self) -> Fit:
        return fit(decided(self.seen))

    def _result(self, found: Fit) -> Capacity:
        if found.capacity > max(self._outcomes(Outcome.HELD, Outcome.BROKE)):
            return self._unbracketed()  # the fit goes on where nothing was tried
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
        reason = "the budget ended before a rate broke" if held else self._none()
        if held and any(rate > held for rate in unreachable(self.seen)):
            reason = BUSY
        elif held >= self.plan.most:
            reason = f"the highest rate that was allowed, {self.plan.most:g}/s, held"
        status = Status.AT_LEAST if held else Status.NONE
        return Capacity(status=status, rate=held, reason=reason, observations=tuple(self.seen))

    def _none(self) -> str:
        least = self.plan.least
        if not any(0 < rate <= least for rate in (each.rate for each in self.seen)):
            return "no rate held"
        return f"no rate held; at less than {least:.3g}/s a trial is too short for its percentiles"


def search(trial: Trial, plan: Plan, tell: Callable[[Observation], None] = lambda _: None) -> Capacity:
    """Capacity by at most `plan.trials` trials; `tell` hears of each."""
    return _Search(trial, plan, tell).run()


def unreachable(seen: Sequence[Observation]) -> set[float]:
    """Rates that could not be generated whenever tried, and nothing valid near or above them since.

    Trials are in the order in which they were run.
    """
    invalid: dict[float, int] = {}
    for each in seen:
        if each.outcome is Outcome.INVALID:
            invalid[each.rate] = invalid.get(each.rate, 0) + 1
        else:
            invalid = {rate: times for rate, times in invalid.items() if rate > each.rate * CLOSE}
    return {rate for rate, times in invalid.items() if times >= AGAIN}


def decided(observations: Sequence[Observation]) -> list[tuple[float, bool]]:
    """The trials that say something about the platform: (rate, held)."""
    return [
        (each.rate, each.outcome is Outcome.HELD)
        for each in observations
        if each.outcome is not Outcome.INVALID
    ]
