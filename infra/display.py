"""What the `infra` commands show people, and the same as documents: plans, drift, status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from environments.wanted import Wanted
from infra.changes import Change, Op
from infra.deploying import Plan


def heading(wanted: Wanted, remarks: Sequence[str]) -> str:
    """What is to stand, where, and what is to be known of it: the last look before a yes."""
    topology = wanted.topology
    short = (
        f"[bold]{wanted.name}[/]: definition {topology.definition} of {topology.platform},"
        f" class {topology.environment_class}, on site {wanted.site.site}"
    )
    return "\n".join([short, *(escape(remark) for remark in remarks)])


def show_plan(console: Console, plan: Plan, of: str) -> None:
    """What `up` would change, as a table below its heading; one line where nothing would."""
    console.print(of)
    if plan.empty:
        console.print("[green]nothing to change[/]: all stands as the definition says")
        return
    why = {change: _because(change, plan) for change in plan.changed}
    table = Table("", "change", "because of" if any(why.values()) or plan.left else "", box=None)
    for change, because in why.items():
        table.add_row(
            f"{change.kind} {change.name}", f"[{_COLOURS[change.op]}]{change.op}[/]", escape(because)
        )
    for name in plan.left:
        table.add_row(name, "[red]remove[/]", "left by a command that was cut off")
    console.print(table)
    console.print(_counted(plan.changed))


def _because(change: Change, plan: Plan) -> str:
    if change.kind == "volume" and change.op in (Op.DELETE, Op.REPLACE):
        return "its data are lost"
    if change.op not in (Op.UPDATE, Op.REPLACE):
        return ""
    if change.attributes:
        # With anything else the node's digest changes, which is a label.
        return ", ".join(name for name in change.attributes if name != "labels") or "labels"
    return "never ready, or off a network" if change.urn in plan.replaced else "what it stands on is replaced"


def by_op(changes: Sequence[Change]) -> dict[str, list[str]]:
    """Operation -> names, such as {"replace": ["api-1"]}."""
    named = {op: [change.name for change in changes if change.op is op] for op in Op if op is not Op.SAME}
    return {op.value: names for op, names in named.items() if names}


def _counted(changes: Sequence[Change]) -> str:
    return ", ".join(f"{len(names)} to {op}" for op, names in by_op(changes).items())


def plan_document(wanted: Wanted, plan: Plan) -> dict[str, object]:
    """For --json."""
    return {
        "name": wanted.name,
        "definition": wanted.topology.definition,
        "site": wanted.site.site,
        "changes": [change.to_dict() for change in plan.changed],
        "left_by_a_dead_command": plan.left,
    }


@dataclass(frozen=True, kw_only=True)
class Drift:
    """What stands otherwise than the last `up` left it.

    `parted`: nodes taken off a network; `strangers`: things with the stack's labels that it never made.
    """

    name: str
    changes: tuple[Change, ...]
    parted: tuple[str, ...]
    strangers: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether nobody changed anything."""
        return not (self.changes or self.parted or self.strangers)

    def to_dict(self) -> dict[str, object]:
        """For --json."""
        return {
            "name": self.name,
            "same": self.same,
            "changes": [change.to_dict() for change in self.changes],
            "off_a_network": list(self.parted),
            "strangers": list(self.strangers),
        }


def show_drift(console: Console, drift: Drift) -> None:
    """A table of what was changed by hand; one line where nothing was."""
    if drift.same:
        console.print(f"[green]{drift.name}[/] stands as the last `infra up` left it")
        return
    table = Table("", "by hand", "what", box=None)
    for change in drift.changes:
        table.add_row(
            f"{change.kind} {change.name}", _DRIFTED[change.op], escape(", ".join(change.attributes))
        )
    for node in drift.parted:
        table.add_row(f"node {node}", "[yellow]changed[/]", "networks")
    for stranger in drift.strangers:
        table.add_row(stranger, "[yellow]added[/]", "with the labels of this stack")
    console.print(table)
    console.print(f"`peakproof infra up` puts {drift.name} right")


def show_status(console: Console, document: Mapping[str, object]) -> None:
    """Nodes and endpoints of one stack."""
    nodes, endpoints = document["nodes"], document["endpoints"]
    assert isinstance(nodes, Mapping)
    assert isinstance(endpoints, Mapping)
    table = Table("node", "state", box=None)
    for node, state in nodes.items():
        table.add_row(node, state)
    doors = Table("endpoint", "address", box=None)
    for endpoint, address in endpoints.items():
        doors.add_row(endpoint, address)
    console.print(table, "", doors)


@contextmanager
def working(console: Console, doing: str) -> Iterator[None]:
    """A spinner while something goes on; nothing where there is no terminal."""
    if not console.is_terminal:
        yield
        return
    with console.status(doing):
        yield


_COLOURS: Mapping[Op, str] = {Op.CREATE: "green", Op.UPDATE: "yellow", Op.REPLACE: "yellow", Op.DELETE: "red"}
_DRIFTED: Mapping[Op, str] = {
    Op.DELETE: "[red]removed[/]",
    Op.UPDATE: "[yellow]changed[/]",
    Op.REPLACE: "[yellow]changed[/]",
    Op.CREATE: "[yellow]added[/]",
}
