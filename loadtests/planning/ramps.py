"""A ramp: rates at moments, straight lines between them, from a CSV file. Reads one file.

seconds,rate
0,0/s
30s,60/s
90s,60/s
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from foundation import units
from foundation.errors import InputError
from loadtests.profiles.shape import Point

_HINT = "two columns, a time and a rate, such as: 30s,60/s"
_MOST = 10_000  # lines
_PLAIN = re.compile(r"\d+(?:\.\d+)?").fullmatch


@dataclass(frozen=True, kw_only=True)
class Ramp:
    """Points as shares of the `peak` (per second) at seconds; it takes `duration` seconds."""

    points: tuple[Point, ...]
    peak: float
    duration: float


def read(path: Path) -> Ramp:
    """The ramp in a file. Raises InputError with file:line: no time or rate, not from 0 on, nothing ever."""
    found = list(_rows(path))
    if len(found) < 2:
        raise InputError("a ramp needs two moments at least", where=str(path), hint=_HINT)
    if found[0][0] != 0:
        raise InputError("a ramp begins at 0", where=f"{path}:{found[0][2]}", hint=_HINT)
    for (before, _, _), (after, _, line) in pairwise(found):
        if after < before:
            raise InputError(f"{after:g} s comes after {before:g} s", where=f"{path}:{line}", hint="in order")
    peak, duration = max(rate for _, rate, _ in found), found[-1][0]
    if peak <= 0 or duration <= 0:
        raise InputError("a ramp of nothing", where=str(path), hint=_HINT)
    return Ramp(points=tuple((at, rate / peak) for at, rate, _ in found), peak=peak, duration=duration)


def _rows(path: Path) -> Iterator[tuple[float, float, int]]:
    """Each moment in seconds, its rate, its line; one heading may come first."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            rows = csv.reader(lines)
            for row in rows:
                cells = [cell.strip() for cell in row]
                if not any(cells) or (rows.line_num == 1 and cells[0][:1].isalpha()):
                    continue
                if rows.line_num > _MOST:
                    raise InputError(f"a ramp has {_MOST:,} lines at most", where=f"{path}:{rows.line_num}")
                yield *_row(cells, f"{path}:{rows.line_num}"), rows.line_num
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot be read: {error}", where=str(path), hint=_HINT) from error


def _row(cells: list[str], where: str) -> tuple[float, float]:
    if len(cells) != 2:
        raise InputError(f"{len(cells)} columns", where=where, hint=_HINT)
    return _number(cells[0], units.duration, where), _number(cells[1], units.rate, where)


def _number(cell: str, parse: Callable[[object], float], where: str) -> float:
    """A quantity with its unit; without one it is in seconds, or per second."""
    try:
        return float(cell) if _PLAIN(cell) else parse(cell)
    except ValueError as error:
        raise InputError(str(error), where=where, hint=_HINT) from error
