"""Replays of what really came: time stamps from a CSV file or an access log, as a profile. Reads one file.

The replay keeps how many came in each second of the new time, not the moments within it: those are drawn.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from foundation.errors import InputError
from foundation.units import in_words
from loadtests.profiles.shape import Point

MOST_BINS = 7200
_LOGGED = re.compile(r"\[(\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4})\]")
_HINT = (
    "each line needs a time: ISO 8601 or seconds since the epoch in one column of a CSV file, or the "
    "bracketed time of an access log"
)


LEAST = 20
"""Times from which on one that stands apart can be told from a file of few."""
ODD = 0.01
"""The share of times that may stand apart, at one end, to be odd ones and not a part of the shape."""
APART = 10
"""So many times longer the odd ones must make the span."""


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What a file becomes: points for a profile; `span` in s, `busiest` per second, as it was recorded."""

    points: tuple[Point, ...]
    arrivals: int
    span: float
    busiest: float

    def __str__(self) -> str:
        """For people: "300 times in 29.9 s, 10/s where they are most"."""
        busiest = f"{self.busiest:.3g}/s" if self.busiest >= 1 else f"{self.busiest * 60:.3g}/min"
        return f"{self.arrivals:,} times in {_far(self.span)}, {busiest} where they are most"


def read(path: Path, duration: float) -> Replay:
    """The replay of a file, compressed into `duration` s.

    Raises InputError: unreadable, a line without a time, or with one that is far from all others.
    """
    lines = sorted(_stamps(path))
    stamps = [at for at, _ in lines]
    if len(stamps) < 2 or stamps[0] == stamps[-1]:
        raise InputError("a replay needs at least two different times", where=str(path), hint=_HINT)
    if (odd := _odd(stamps)) is not None:
        apart, line = lines[odd]
        raise InputError(
            f"this time is {_far(_gap(stamps, odd))} {'before' if odd == 0 else 'after'} the others",
            where=f"{path}:{line}",
            hint=f"{datetime.fromtimestamp(apart, tz=UTC):%Y-%m-%d %H:%M}: correct the line, or leave it out",
        )
    return of(stamps, duration)


def _odd(stamps: Sequence[float]) -> int | None:
    """The first or last of sorted times, if a few at that end make the span many times longer; None."""
    span = stamps[-1] - stamps[0]
    few = max(math.floor(len(stamps) * ODD), 1) if len(stamps) >= LEAST else 0
    for count in range(1, few + 1):
        if span > APART * (stamps[-1] - stamps[count]):
            return 0
        if span > APART * (stamps[-1 - count] - stamps[0]):
            return len(stamps) - 1
    return None


def _gap(stamps: Sequence[float], odd: int) -> float:
    """From an odd time to the middle one: what is around it is what the others are."""
    return abs(stamps[odd] - stamps[len(stamps) // 2])


def of(stamps: Sequence[float], duration: float) -> Replay:
    """The replay of sorted times in seconds, compressed into `duration` seconds."""
    bins = min(max(math.ceil(duration), 1), MOST_BINS)
    span = stamps[-1] - stamps[0]
    counts = [0] * bins
    for at in stamps:
        counts[min(int((at - stamps[0]) / span * bins), bins - 1)] += 1
    most, width = max(counts), span / bins
    points = tuple(
        ((index + edge) * width, count / most) for index, count in enumerate(counts) for edge in (0, 1)
    )
    return Replay(points=points, arrivals=len(stamps), span=span, busiest=most / width)


def _far(seconds: float) -> str:
    """A time that is far longer than any load, for people."""
    days = seconds / 86_400
    if days >= 730:
        return f"{days / 365.25:,.0f} years"
    return f"{days:,.0f} days" if days >= 2 else in_words(seconds)


def _stamps(path: Path) -> Iterator[tuple[float, int]]:
    """Each time with the number of its line."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            first = lines.readline()
            lines.seek(0)
            yield from _from_log(lines, path) if _LOGGED.search(first) else _from_csv(lines, path)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(path), hint=_HINT) from error


def _from_log(lines: Iterator[str], path: Path) -> Iterator[tuple[float, int]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        found = _LOGGED.search(line)
        if found is None:
            raise InputError("no time in this line", where=f"{path}:{number}", hint=_HINT)
        yield datetime.strptime(found[1], "%d/%b/%Y:%H:%M:%S %z").timestamp(), number


def _from_csv(lines: Iterator[str], path: Path) -> Iterator[tuple[float, int]]:
    """The column is the first one with a time in the first row that has any; one heading may be before it."""
    rows = csv.reader(lines)
    column: int | None = None
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if column is None:
            column = next((at for at, cell in enumerate(row) if _known(cell)), None)
            if column is None and rows.line_num > 1:
                raise InputError("no time in this line", where=f"{path}:{rows.line_num}", hint=_HINT)
        if column is not None:
            found = _time(row[column]) if column < len(row) else None
            if found is None:
                raise InputError("no time in this line", where=f"{path}:{rows.line_num}", hint=_HINT)
            yield found, rows.line_num


def _known(cell: str) -> bool:
    """Whether a cell is a time; a small number is a count or an identifier."""
    found = _time(cell)
    return found is not None and found > _EARLIEST


_EARLIEST = 1e8  # seconds since the epoch: 1973


def _time(cell: str) -> float | None:
    return next((found for parse in _PARSERS if (found := _attempt(parse, cell.strip())) is not None), None)


def _attempt(parse: Callable[[str], float], text: str) -> float | None:
    try:
        found = parse(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _epoch(text: str) -> float:
    value = float(text)
    return value / 1000 if value > 1e11 else value  # milliseconds are far in the future as seconds


def _iso(text: str) -> float:
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


_PARSERS: tuple[Callable[[str], float], ...] = (_epoch, _iso)
