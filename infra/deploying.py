"""Brings a stack up: what it remembers, then what a dead command left, then step by step, each ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from environments.nodes import Node
from infra import hosts, record, touching
from infra.changes import Change
from infra.deployment import Deployment, Told, Watch
from infra.hosts import Strays
from infra.opening import Opened
from infra.planning import EVERYTHING, steps
from infra.preparing import Prepared
from infra.programs import program
from infra.pulumi_errors import NodeFailed
from infra.recorded import CONTAINER
from infra.recording import PROJECT

_ORDER = ("host", "network", "volume", "node", "")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What `up` would change.

    `replaced`: URNs of nodes that are made anew though the definition says the same, since they never became
    ready or were taken off a network; `strays`: what a dead command left; `unfinished`: at what it was cut
    off; `touched`: something was changed by hand.
    """

    changes: tuple[Change, ...]
    replaced: tuple[str, ...]
    strays: tuple[Strays, ...]
    unfinished: tuple[str, ...]
    touched: bool

    @property
    def left(self) -> list[str]:
        """Names of what a dead command left."""
        return [name for strays in self.strays for name in strays.names]

    @property
    def changed(self) -> list[Change]:
        """What people are told of: resources that do not stay as they are, kind by kind, by name."""
        told = [change for change in self.changes if change.told]
        return sorted(told, key=lambda change: (_ORDER.index(change.kind or ""), change.name))

    @property
    def empty(self) -> bool:
        """Whether everything stands as it is to stand."""
        return not (self.changed or self.left or self.unfinished)


def plan(opened: Opened, prepared: Prepared) -> Plan:
    """Looks at what stands and what would change. Changes nothing."""
    state, name = opened.state, opened.deployment.name
    standing = hosts.standing(prepared.fleet.hosts.values(), name)
    again = [known for known in state.of_type(CONTAINER) if known.failed]
    again += [known for known in touching.parted(state, standing) if known not in again]
    touched = bool(touching.touched(state, standing))
    replaced = tuple(known.urn for known in again)
    return Plan(
        changes=tuple(opened.deployment.preview(_program(prepared), refresh=touched, replaced=replaced)),
        replaced=replaced,
        strays=tuple(hosts.strays(client, name, state.ids) for client in prepared.fleet.hosts.values()),
        unfinished=state.unfinished,
        touched=touched,
    )


def deploy(opened: Opened, prepared: Prepared, planned: Plan, watch: Watch, told: Told) -> None:
    """Carries a plan out. Raises NodeFailed with the end of the node's log, Locked, Unavailable.

    What it did before a failure stands; the next `up` goes on from there.
    """
    deployment = opened.deployment
    _remember(opened, prepared, watch)
    _put_right(deployment, planned, told)
    try:
        for step in steps(planned.changes, _nodes(prepared)) or [EVERYTHING]:
            targets = [_root(deployment), *step.targets] if step.targets else []
            replaced = [urn for urn in planned.replaced if not targets or urn in targets]
            deployment.up(_program(prepared), watch, targets=targets, replaced=replaced)
    except NodeFailed as error:
        error.detail = tuple(hosts.last_words(prepared.fleet, prepared.stack.instance.resource(error.node)))
        raise


def _remember(opened: Opened, prepared: Prepared, watch: Watch) -> None:
    """Secrets, ports and addresses are in the state before the first node that has them."""
    if opened.record is None:
        nothing_else = record.keeping(prepared.record, declare=lambda: None)
        opened.deployment.up(nothing_else, watch)
    elif not prepared.record.same_supply(opened.record):
        opened.deployment.up(_program(prepared), watch, targets=[_root(opened.deployment)])


def _root(deployment: Deployment) -> str:
    """The URN of the stack itself, whose outputs are the record."""
    return f"urn:pulumi:{deployment.name}::{PROJECT}::pulumi:pulumi:Stack::{PROJECT}-{deployment.name}"


def _put_right(deployment: Deployment, planned: Plan, told: Told) -> None:
    """After a command that was cut off, or a hand that touched something, the state is what stands again."""
    if planned.unfinished:
        told(f"the last change was cut off at {', '.join(planned.unfinished)}: it is finished now")
    if planned.unfinished or planned.touched:
        deployment.refresh()
    if planned.left:
        told(f"left by a command that was cut off, and made anew: {', '.join(planned.left)}")
    for strays in planned.strays:
        strays.remove()


def _program(prepared: Prepared) -> Callable[[], None]:
    return record.keeping(prepared.record, program(prepared.stack))


def _nodes(prepared: Prepared) -> dict[str, Node]:
    return {node.name: node for node in prepared.stack.instance.nodes}
