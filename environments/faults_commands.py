"""What `peakproof faults list` says: every fault, and whether this machine can do it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from environments import images
from environments.containers import capable
from environments.docker_client import connect
from environments.faults import FAULTS, abilities
from environments.images.display import ImageDisplay
from foundation.console import people
from foundation.lines import columns


def here() -> list[dict[str, object]]:
    """Each fault: its name, what it does, whether it can be done here, and why not."""
    client = connect()
    with ImageDisplay(people()) as progress:
        built = images.ensure([capable.IMAGE], folders={}, client=client, progress=progress)
    lacking = capable.lacking(client, built[capable.IMAGE].id)
    rows = []
    for name, kind in FAULTS.items():
        why = abilities.why_not(name, lacking)
        rows.append({"name": name, "summary": kind.summary, "here": not why, "why_not": why or None})
    return rows


def show(rows: Sequence[dict[str, object]]) -> None:
    """A table for people."""
    table = Table("fault", "here", "what it does", box=None)
    for row in rows:
        why = f" [bold]{escape(str(row['why_not']))}[/]" if row["why_not"] else ""
        table.add_row(str(row["name"]), "yes" if row["here"] else "no", f"{row['summary']}{why}")
    console = people()
    console.print(table, width=columns(console), soft_wrap=False)
