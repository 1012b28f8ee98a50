"""Ending a load early: rules on what is told each second, such as "attempt-errors > 90% for 10s". Pure.

For a platform that is gone or hopelessly late: what is left of the load would prove nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from foundation import units
from foundation.errors import InputError
from foundation.verdict import Finding, Weight
from loadtests.recording.progress import Event, Progress

Metric = Literal["errors", "attempt-errors", "p99"]
_RULE = re.compile(r"\s*(errors|attempt-errors|p99)\s*>\s*(\S+)\s+for\s+(\S+)\s*")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Ends the load once `metric` has been above `limit` in `seconds` seconds on end.

    Errors are shares of 1, p99 is in seconds.
    """

    text: str
    metric: Metric
    limit: float
    seconds: int


class Hopeless(Exception):  # noqa: N818 - says what happened
    """A rule ended the load."""

    def __init__(self, rule: Rule, second: int) -> None:
        super().__init__(rule.text)
        self.rule = rule
        self.second = second

    def finding(self) -> Finding:
        """What stands in the verdict: a load that had to be ended failed."""
        return Finding(
            name=f"abort on {self.rule.text}",
            weight=Weight.OBJECTIVE,
            holds=False,
            expected="not reached",
            observed=f"reached at {self.second} s",
            reason="the load was ended there; what was to come was not sent",
        )


def parse(text: str) -> Rule:
    """The rule in a text. Raises InputError, with what is allowed."""
    found = _RULE.fullmatch(text)
    hint = 'for example "attempt-errors > 90% for 10s", "errors > 20% for 30s", "p99 > 5s for 20s"'
    if found is None:
        raise InputError(f"not a rule that ends a load: {text!r}", where="--abort-on", hint=hint)
    metric = cast("Metric", found[1])
    try:
        limit = units.duration(found[2]) if metric == "p99" else _share(found[2])
        seconds = units.duration(found[3])
    except ValueError as error:
        raise InputError(f"{text!r}: {error}", where="--abort-on", hint=hint) from error
    if seconds < 1 or seconds % 1:
        raise InputError(f"{text!r}: whole seconds, at least 1s", where="--abort-on", hint=hint)
    return Rule(text=" ".join(text.split()), metric=metric, limit=limit, seconds=round(seconds))


class Watch:
    """Hears what a load says and raises Hopeless when a rule's time has come.

    Where a platform may `shed`, what it sheds is no error.
    """

    def __init__(self, rules: Sequence[Rule], *, may_shed: bool = False) -> None:
        self._above = dict.fromkeys(rules, 0)
        self._may_shed = may_shed

    def hear(self, event: Event) -> None:
        """Counts the seconds on end in which each rule's limit is exceeded."""
        if not isinstance(event, Progress):
            return
        if self._may_shed:
            event = replace(event, shed=0)
        for rule, seconds in self._above.items():
            self._above[rule] = seconds + 1 if _METRICS[rule.metric](event) > rule.limit else 0
            if self._above[rule] >= rule.seconds:
                raise Hopeless(rule, event.second)


# A second in which nothing was asked tells nothing: it ends the row.
_METRICS: Mapping[Metric, Callable[[Progress], float]] = {
    "errors": lambda told: _errors(told) / told.wanted if told.wanted else 0.0,
    "attempt-errors": lambda told: told.attempt_errors / told.attempts if told.attempts else 0.0,
    "p99": lambda told: (told.p99_ms or 0.0) / 1000,
}


def _errors(told: Progress) -> int:
    return told.errors + told.turned_away + told.shed


def _share(text: str) -> float:
    number = float(text.removesuffix("%")) if text.endswith("%") else -1.0
    if not 0 <= number < 100:
        raise ValueError(f"expected a share from 0% to below 100%, got {text!r}")
    return number / 100
