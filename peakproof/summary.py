"""The end of a rehearsal on the terminal: the verdict, what was checked, where the report is."""

from __future__ import annotations

from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from foundation.units import in_words
from foundation.verdict import Finding, Status, Weight
from loadtests.capacity.results import in_words as in_words_of_capacity
from peakproof import inside
from peakproof.results import Results

_STYLE = {Status.PASS: "bold green", Status.FAIL: "bold red", Status.INVALID: "bold yellow"}


def show(console: Console, results: Results, index: Path) -> None:
    """A few lines that a tired person understands."""
    table = Table("", "checked", "observed", "", box=box.SIMPLE)
    for found in sorted(results.verdict.findings, key=_what_matters_first):
        mark = "[green]✓[/]" if found.holds else "[red]✗[/]"
        table.add_row(mark, escape(found.name), escape(found.observed), escape(found.reason))
    console.print(table)
    if results.inside is not None:
        console.print(f"used up first: {escape(inside.told(results.inside))}")
    if results.capacity is not None:
        told = in_words_of_capacity(results.capacity.found)
        console.print(
            f"capacity: {escape(told)}; used up first: {escape(results.capacity.saturated or 'nothing')}"
        )
    for left in results.left:
        console.print(f"[bold yellow]left behind:[/] {escape(left)}")
    spent = in_words(sum(stage.seconds for stage in results.stages))
    status = results.verdict.status
    console.print(f"[{_STYLE[status]}]{status}[/]  after {spent}; the report: {index}")


def _what_matters_first(found: Finding) -> tuple[bool, int]:
    """Broken things, then what was promised, then the bookkeeping."""
    return found.holds, (Weight.CONSERVATION, Weight.OBJECTIVE, Weight.VALIDITY).index(found.weight)
