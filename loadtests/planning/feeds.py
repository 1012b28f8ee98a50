"""Feeds: what journeys are made of (customers, products), one CSV file each, read once, and who gets which.

Which row it is depends on the seed, the journey and the arrival's number alone: no two processes overlap.
"""

from __future__ import annotations

import csv
import math
from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from foundation.errors import InputError


class NoColumn(KeyError):  # noqa: N818 - says what happened
    """A journey asked a row for a column that its feed does not have."""

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError's own words are in quotation marks


class Row(dict[str, str]):
    """One line of a feed, by its headings. Raises NoColumn, which says what there is."""

    __slots__ = ()

    def __missing__(self, column: str) -> str:
        raise NoColumn(f"the feed has no column {column!r}; it has {', '.join(self)}")


def read(folder: Path) -> dict[str, tuple[Row, ...]]:
    """Every CSV file in a folder by its name: customers.csv is "customers". Raises InputError."""
    if not folder.is_dir():
        raise InputError("no such folder of feeds", where=str(folder), hint="give a folder of CSV files")
    return {path.stem: _rows(path) for path in sorted(folder.glob("*.csv"))}


def permuted(number: int, rows: int, key: int) -> int:
    """A row for a number, each once in a round of `rows` numbers; `key` (64 bits) says in which order.

    An affine permutation: it has no table and no state, however many rows there are.
    """
    step = key % rows
    while math.gcd(step, rows) != 1:
        step += 1
    return (number * step + (key >> 32)) % rows


def ranked(draw: float, rows: int, exponent: float) -> int:
    """A row for a number in (0, 1]: the k-th of the file as often as 1 / k**exponent says (Zipf's law)."""
    shares = _cumulated(rows, exponent)
    return bisect_left(shares, draw * shares[-1])


@lru_cache(maxsize=16)
def _cumulated(rows: int, exponent: float) -> tuple[float, ...]:
    return tuple(accumulate(rank**-exponent for rank in range(1, rows + 1)))


def _rows(path: Path) -> tuple[Row, ...]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:  # spreadsheets begin it with a mark
            rows = tuple(map(Row, csv.DictReader(lines)))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot be read: {error}", where=str(path), hint="a CSV file in UTF-8") from error
    if not rows:
        raise InputError("a feed without rows", where=str(path), hint="a header line, then one line a row")
    return rows
