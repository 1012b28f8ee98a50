"""The end of a rehearsal on the terminal: the verdict, what was checked, where the report is."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from foundation import lines
from foundation.units import in_words
from foundation.verdict import Finding, Status, Weight
from loadtests.capacity.results import in_words as in_words_of_capacity
from peakproof import inside
from peakproof.results import Results

_STYLE = {Status.PASS: "bold green", Status.FAIL: "bold red", Status.INVALID: "bold yellow"}


def show(console: Console, results: Results, index: Path) -> None:
    """A few lines that a tired person understands."""
    for found in sorted(results.verdict.findings, key=_what_matters_first):
        reason = f"; {found.reason}" if found.reason else ""
        told = f"{found.name}: {found.observed}{reason}"
        lines.show(console, told, mark=f"  {lines.mark(holds=found.holds)} ", indent=4)
    if results.inside is not None:
        lines.show(console, f"used up first: {inside.told(results.inside)}")
    if results.capacity is not None:
        told = in_words_of_capacity(results.capacity.found)
        lines.show(console, f"capacity: {told}; used up first: {results.capacity.saturated or 'nothing'}")
    for left in results.left:
        lines.show(console, left, mark="[bold yellow]left behind:[/] ", indent=len("left behind: "))
    spent = in_words(sum(stage.seconds for stage in results.stages))
    status = results.verdict.status
    console.print(f"[{_STYLE[status]}]{status}[/]  after {spent}; the report: {index}")


def _what_matters_first(found: Finding) -> tuple[bool, int]:
    """Broken things, then what was promised, then the bookkeeping."""
    return found.holds, (Weight.CONSERVATION, Weight.OBJECTIVE, Weight.VALIDITY).index(found.weight)
