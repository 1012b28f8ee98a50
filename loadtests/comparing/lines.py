"""A comparison as lines of text that 80 columns hold: no verdict and no number is ever cut. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from loadtests.comparing.verdicts import Comparison

_WIDTHS = (7, 9, 13, 13, 10, 24)  # and a space, 77 in all: a day is 86400000.00 ms
_HEADS = ("", "", "base ms", "new ms", "change", "90 % interval")


def lines(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """Each series on a line of its own; below it a line for each of its percentiles."""
    yield _row(_HEADS)
    for series, found in groupby(comparisons, key=lambda each: each.series):
        yield series
        for each in found:
            yield _row(_cells(each))


def _cells(each: Comparison) -> tuple[str, ...]:
    figures = (f"{each.base * 1e3:.2f}", f"{each.new * 1e3:.2f}", _percent(each.ratio))
    return (f"  p{each.quantile:g}", each.change, *figures, _interval(each))


def _interval(each: Comparison) -> str:
    return f"{_percent(each.low)} to {_percent(each.high)}" if each.ratio else ""


def _percent(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio - 1:+.1%}"


def _row(cells: Sequence[str]) -> str:
    """What is told in words to the left, figures to the right."""
    words = [f"{cell:<{width}}" for cell, width in zip(cells[:2], _WIDTHS[:2], strict=True)]
    figures = [f"{cell:>{width}}" for cell, width in zip(cells[2:], _WIDTHS[2:], strict=True)]
    return "".join([" ".join(words), *figures]).rstrip()
