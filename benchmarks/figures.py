"""A measured figure, its goal, and how figures are printed. Judges only whether a goal was met."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from rich import box
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, kw_only=True)
class Figure:
    """`value` in `unit`, None when it could not be measured: then `reason` says why.

    `sense` says on which side of the goal is good; `peer` holds what others reach on the same work.
    """

    value: float | None
    unit: str
    goal: float
    sense: Literal["at most", "at least"] = "at most"
    reason: str = ""
    peer: Mapping[str, float] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        if self.value is None:
            return None
        return self.value <= self.goal if self.sense == "at most" else self.value >= self.goal


def show(figures: Mapping[str, Figure], *, as_json: bool) -> None:
    """Prints figures: one JSON document, or a table for people."""
    if as_json:
        documents = {name: _document(each) for name, each in figures.items()}
        json.dump({"figures": documents, "machine": machine()}, sys.stdout, indent=2)
        sys.stdout.write("\n")
        return
    table = Table("figure", "measured", "goal", "met", "", box=box.SIMPLE)
    for name, each in figures.items():
        value = "-" if each.value is None else f"{each.value:,.4g} {each.unit}"
        met = {None: "not measured", True: "yes", False: "NO"}[each.met]
        table.add_row(name, value, f"{each.sense} {each.goal:,.4g} {each.unit}", met, each.reason)
    Console().print(table, str(machine()))


def _document(figure: Figure) -> dict[str, object]:
    return {**asdict(figure), "met": figure.met}


def machine() -> dict[str, str]:
    """What the figures hold for."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return {
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "kernel": platform.release(),
        "python": platform.python_version(),
    }
