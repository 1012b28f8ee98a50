"""Service level objectives as people write them: "place-order p99 < 500ms outside faults+10s". Parsing only.

objective  = subject comparison limit [ "outside" "faults" [ "+" duration ] ]
subject    = SERIES "p" QUANTILE                          limit: a duration
           | [ SERIES | "all" ] ( "errors" | "attempt-errors" | "refused" )     limit: a percentage
           | [ JOURNEY ] ( "throughput" | "goodput" )     limit: a rate
           | "recovery"                                   limit: a duration
           | "lost" "orders"                              limit: a whole number
           | DELAY "p" QUANTILE                           limit: a duration
           | "queue" "age" | "outbox" "lag"               limit: a duration
comparison = "<" | "<=" | ">" | ">=" | "="
SERIES     = JOURNEY [ "/" STEP ]
DELAY      = EVENT "->" EVENT
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator

from foundation import units

ALL = "all"
"""The series that is every journey of a load, in objectives about shares of them."""


class Metric(StrEnum):
    """What an objective is about; its limit is in seconds, a share of 1, per second, or a count."""

    LATENCY = "latency"
    ERRORS = "errors"
    ATTEMPT_ERRORS = "attempt-errors"
    REFUSED = "refused"
    THROUGHPUT = "throughput"
    GOODPUT = "goodput"
    RECOVERY = "recovery"
    LOST_ORDERS = "lost orders"
    DELAY = "delay"
    QUEUE_AGE = "queue age"
    OUTBOX_LAG = "outbox lag"

    @property
    def share(self) -> bool:
        """Whether its limit is a percentage, of a journey, a step or all."""
        return self in (Metric.ERRORS, Metric.ATTEMPT_ERRORS, Metric.REFUSED)

    @property
    def inside(self) -> bool:
        """Whether only the platform itself can tell it: its books, or samples of its inside."""
        return self in (Metric.LOST_ORDERS, Metric.DELAY, Metric.QUEUE_AGE, Metric.OUTBOX_LAG)


_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
}  # fmt: skip
_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_SERIES = re.compile(r"[a-z][a-z0-9_-]*(/[a-z][a-z0-9_-]*)?")
_QUANTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?|100)")
_DELAY = re.compile(r"[a-z][a-z0-9_-]*->[a-z][a-z0-9_-]*")
_TOKEN = re.compile(r"\s*([\w-]*\w->[\w-]+|<=|>=|[<>=+]|[^\s<>=+]+)")
_BY_STEP = tuple(str(metric) for metric in Metric if metric.share)
_RATES = (*_BY_STEP, "throughput", "goodput")
_MEASURED = ", ".join(_RATES)
_PER_SECOND = (Metric.THROUGHPUT, Metric.GOODPUT)
_DURATIONS = (Metric.LATENCY, Metric.RECOVERY, Metric.DELAY, Metric.QUEUE_AGE, Metric.OUTBOX_LAG)
_WINDOWED = tuple(set(Metric) - {Metric.RECOVERY, Metric.LOST_ORDERS})
_PAIRS: Mapping[str, tuple[Metric, str]] = {
    "lost": (Metric.LOST_ORDERS, "orders"),
    "queue": (Metric.QUEUE_AGE, "age"),
    "outbox": (Metric.OUTBOX_LAG, "lag"),
}


class ObjectiveError(ValueError):
    """What is wrong in an expression, with a caret under it; `column` counts from 0."""

    def __init__(self, text: str, column: int, expected: str) -> None:
        self.text, self.column, self.expected = text, column, expected
        super().__init__(f"expected {expected}\n    {text}\n    {' ' * column}^")


@dataclass(frozen=True, kw_only=True)
class Objective:
    """One promise. `series` None means the main journey, ALL every one; `outside` is seconds after faults.

    The `series` of a delay is its name, "accepted->erp". Nobody wrote one that is `implied`.

    `str()` gives an expression that parses to an equal objective.
    """

    metric: Metric
    comparison: str
    limit: float
    series: str | None = None
    quantile: float | None = None
    outside: float | None = None
    implied: bool = field(default=False, compare=False)

    def holds(self, observed: float) -> bool:
        """Whether an observed value keeps the promise."""
        return _COMPARE[self.comparison](observed, self.limit)

    def __str__(self) -> str:
        return self.subject + f" {self.comparison} {self._limit()}" + self.exclusion

    @property
    def subject(self) -> str:
        """What is measured: "place-order p99"."""
        what = f"p{self.quantile:.12g}" if self.quantile is not None else str(self.metric)
        return f"{self.series} {what}" if self.series else what

    @property
    def exclusion(self) -> str:
        """ " outside faults+10s", or nothing."""
        if self.outside is None:
            return ""
        return " outside faults" + (f"+{_seconds(self.outside)}" if self.outside else "")

    def _limit(self) -> str:
        if self.metric in _DURATIONS:
            return _seconds(self.limit)
        if self.metric.share:
            return f"{self.limit * 100:.12g}%"
        return f"{self.limit:.12g}" + ("/s" if self.metric in _PER_SECOND else "")


def parse(text: str) -> Objective:
    """The objective in an expression. Raises ObjectiveError, a ValueError, where it stops making sense."""
    return _Parser(text).objective()


def _parsable(text: str) -> str:
    parse(text)
    return text


Expression = Annotated[str, AfterValidator(_parsable)]
"""An objective as it stands in what people write."""


def _seconds(value: float) -> str:
    return f"{value * 1000:.12g}ms" if 0 < value < 1 else f"{value:.12g}s"


class _Parser:
    """Reads words from left to right; every error says where it is and what could stand there."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._words = [(match.start(1), match[1]) for match in _TOKEN.finditer(text)]
        self._next = 0

    def objective(self) -> Objective:
        metric, series, quantile = self._subject()
        comparison = self._take(_COMPARE.__contains__, "a comparison: " + ", ".join(_COMPARE))
        limit = self._limit(metric)
        outside = self._outside(metric)
        self._end(metric)
        return Objective(
            metric=metric,
            series=series,
            quantile=quantile,
            comparison=comparison,
            limit=limit,
            outside=outside,
        )

    def _subject(self) -> tuple[Metric, str | None, float | None]:
        word = self._peek()
        if word is not None and word in _PAIRS and not _measured(self._peek(1) or ""):
            metric, second = _PAIRS[word]
            self._next += 1
            self._take(second.__eq__, f'"{second}"')
            return metric, None, None
        if word is not None and "->" in word:
            return self._of_delay()
        if word == "recovery":
            self._next += 1
            return Metric.RECOVERY, None, None
        if word in _RATES:
            self._next += 1
            return Metric(word), None, None
        return self._of_series()

    def _of_series(self) -> tuple[Metric, str | None, float | None]:
        started = self._next
        expected = (
            f"a journey, or {_MEASURED}, recovery, lost orders, queue age, "
            "outbox lag, or a delay such as accepted->erp"
        )
        series = self._take(lambda word: _SERIES.fullmatch(word) is not None, expected)
        if _QUANTILE.fullmatch(series) and self._peek() in _COMPARE:
            self._next = started
            raise self._error("a journey before the percentile, such as place-order p99")
        what = self._take(_measured, f"a percentile such as p99, or {_MEASURED}")
        if quantile := _QUANTILE.fullmatch(what):
            return Metric.LATENCY, series, float(quantile[1])
        if what not in _BY_STEP and not _NAME.fullmatch(series):
            self._next = started
            raise self._error(f"a journey: {what} is not counted by step")
        return Metric(what), series, None

    def _of_delay(self) -> tuple[Metric, str | None, float | None]:
        name = self._take(lambda word: _DELAY.fullmatch(word) is not None, "a delay such as accepted->erp")
        quantile = self._take(lambda word: _QUANTILE.fullmatch(word) is not None, "a percentile such as p99")
        return Metric.DELAY, name, float(quantile[1:])

    def _limit(self, metric: Metric) -> float:
        if metric in _DURATIONS:
            return self._quantity(units.duration, 'a duration such as "500ms"')
        if metric in _PER_SECOND:
            return self._quantity(units.rate, 'a rate such as "55/s"')
        if metric is Metric.LOST_ORDERS:
            return float(self._quantity(_whole, "a whole number of orders, such as 0"))
        return self._quantity(_share, 'a percentage such as "0.1%"')

    def _outside(self, metric: Metric) -> float | None:
        if self._peek() != "outside":
            return None
        if metric not in _WINDOWED:
            raise self._error(f"the end: {metric} has no windows")
        self._next += 1
        self._take("faults".__eq__, '"faults"')
        if self._peek() != "+":
            return 0.0
        self._next += 1
        return self._quantity(units.duration, 'a duration such as "10s"')

    def _end(self, metric: Metric) -> None:
        if self._next < len(self._words):
            raise self._error('"outside faults+10s" or the end' if metric in _WINDOWED else "the end")

    def _quantity(self, parse_one: Callable[[str], float], expected: str) -> float:
        word = self._take(lambda _: True, expected)
        try:
            return parse_one(word)
        except ValueError:
            self._next -= 1
            raise self._error(f"{expected}, got {word!r}") from None

    def _peek(self, ahead: int = 0) -> str | None:
        at = self._next + ahead
        return self._words[at][1] if at < len(self._words) else None

    def _take(self, fits: Callable[[str], bool], expected: str) -> str:
        word = self._peek()
        if word is None or not fits(word):
            raise self._error(expected)
        self._next += 1
        return word

    def _error(self, expected: str) -> ObjectiveError:
        at = self._words[self._next][0] if self._next < len(self._words) else len(self._text)
        return ObjectiveError(self._text, at, expected)


def _measured(word: str) -> bool:
    return word in _RATES or _QUANTILE.fullmatch(word) is not None


def _share(word: str) -> float:
    number = word.removesuffix("%")
    if number == word or not re.fullmatch(r"\d+(\.\d+)?", number) or float(number) > 100:
        raise ValueError(word)
    return float(number) / 100


def _whole(word: str) -> int:
    if not word.isdecimal():
        raise ValueError(word)
    return int(word)
