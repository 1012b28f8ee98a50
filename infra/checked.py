"""What `infra check` shows people: counts when all is the same, else a table of differences."""

from __future__ import annotations

import json

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from infra.checking import UNEXPRESSED, Check


def show(console: Console, check: Check) -> None:
    """Prints the verdict of a check."""
    if check.differences:
        console.print(_table(check))
        console.print(
            f"[bold red]{len(check.differences)} differences[/] between the topology of "
            f"{check.instance.topology.definition} and its Pulumi program"
        )
    else:
        console.print(
            f"[green]{check.instance.topology.definition}[/]: {check.counted} as the topology says "
            f"(digest {check.instance.topology.digest})"
        )
    for attribute, why in UNEXPRESSED.items():
        console.print(f"[dim]not compared: {attribute}: {why}[/]")


def _table(check: Check) -> Table:
    table = Table("", "attribute", "topology", "program", box=None)
    for difference in check.differences:
        table.add_row(
            escape(f"{difference.kind} {difference.name}"),
            difference.attribute,
            escape(_text(difference.wanted)),
            escape(_text(difference.found)),
        )
    return table


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
