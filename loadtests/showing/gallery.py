"""Profiles for people and machines: each drawn in a line of text, with its sources. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape

from foundation.units import in_words
from loadtests.profiles.shape import Shape

WIDTH = 64
_LEVELS = "▁▂▃▄▅▆▇█"
_LINE_OF_SIGHT = 4  # samples a column, so that a short peak is seen


def sparkline(shape: Shape, width: int = WIDTH) -> str:
    """The shape as a line of blocks; each column shows its highest share."""
    fine = width * _LINE_OF_SIGHT
    shares = [shape.share((index + 0.5) / fine * shape.span) for index in range(fine)]
    known = [(min(int(at / shape.span * width), width - 1), share) for at, share in shape.points]
    columns = [max(shares[c * _LINE_OF_SIGHT : (c + 1) * _LINE_OF_SIGHT]) for c in range(width)]
    for column, share in known:
        columns[column] = max(columns[column], share)
    return "".join(_LEVELS[min(int(share * len(_LEVELS)), len(_LEVELS) - 1)] for share in columns)


def show(console: Console, shapes: Sequence[Shape]) -> None:
    """Every shape with its line, its span and mean, its sources and what was assumed."""
    for shape in shapes:
        console.print(
            f"[bold]{escape(shape.name)}[/]  {escape(shape.about)}\n"
            f"  [cyan]{sparkline(shape)}[/]\n"
            f"  {in_words(shape.span)} uncompressed, mean {shape.mean:.0%} of the peak"
        )
        for source in shape.sources:
            console.print(f"  [dim]source:[/] {escape(source)}")
        if shape.assumed:
            console.print(f"  [dim]assumed:[/] {escape(shape.assumed)}")
        console.print()


def document(shapes: Sequence[Shape]) -> dict[str, object]:
    """The same for machines: points as (seconds, share of the peak)."""
    return {shape.name: asdict(shape) | {"span": shape.span, "mean": shape.mean} for shape in shapes}
