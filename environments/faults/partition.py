"""partition: packets between the target and others are dropped, both ways or one way (nftables)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import BeforeValidator, Field

from environments.faults import aiming
from environments.faults.capabilities import NFTABLES
from environments.faults.direction import Direction
from environments.faults.fault import IN_THE_NETWORK, Fault, Script
from environments.faults.kind import Aspect, Complaint, FaultKind, FaultOptions, Scene
from environments.nodes import Node
from environments.topology import Topology
from foundation.documents import did_you_mean

TABLE = "inet peakproof_partition"
# Both in one transaction, so that it is right whether the table is there or not.
UNDO = f"nft 'add table {TABLE}; delete table {TABLE}'"
BEFORE_ALL = -300  # netfilter's priority of `raw`: before connections are tracked


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


class PartitionOptions(FaultOptions):
    """`{at: 30s, partition: api-1, from: [database], direction: in, for: 10s}`."""

    target: str = Field(alias="partition")
    away: Annotated[tuple[str, ...], BeforeValidator(_listed)] | None = Field(
        default=None, alias="from", min_length=1, description="services and nodes; by default everything else"
    )
    direction: Direction = Direction.BOTH


def describe(options: PartitionOptions, scene: Scene) -> Fault:
    return Fault(
        name="partition",
        container=scene.container,
        post=IN_THE_NETWORK,
        apply=Script(bash=rules(options.direction, _peers(options, scene))),
        undo=Script(bash=UNDO),
        seconds=options.lasting,
    )


def rules(direction: Direction, addresses: tuple[str, ...] | None) -> str:
    """Bash that sets the rules. Without addresses: everything that is not the node's own loopback."""
    chains = [
        _chain("input", "iifname", "saddr", addresses) if direction.comes_in else "",
        _chain("output", "oifname", "daddr", addresses) if direction.goes_out else "",
    ]
    return f"nft -f - <<'RULES'\ntable {TABLE} {{\n{''.join(chains)}}}\nRULES\n"


def _chain(hook: str, interface: str, side: str, addresses: tuple[str, ...] | None) -> str:
    among = f" ip {side} {{ {', '.join(addresses)} }}" if addresses is not None else ""
    return (
        f"    chain {hook} {{ type filter hook {hook} priority {BEFORE_ALL}; policy accept; "
        f'{interface} != "lo"{among} counter drop; }}\n'
    )


def _peers(options: PartitionOptions, scene: Scene) -> tuple[str, ...] | None:
    if options.away is None:
        return None
    nodes = [node for name in options.away for node in aiming.members(scene.topology, name)]
    return tuple(sorted({each for node in nodes for each in scene.addresses.get(node, ())}))


def problems(options: PartitionOptions, topology: Topology, nodes: tuple[Node, ...]) -> Iterator[Complaint]:
    names = {node.name for node in nodes}
    for name in options.away or ():
        others = {*aiming.members(topology, name)} - (names if len(names) == 1 else set())
        if not aiming.members(topology, name):
            known = {each for node in topology.nodes for each in (node.service, node.name)}
            yield ("from",), f"no service or node {name!r} in the environment", did_you_mean(name, known)
        elif not others:
            yield ("from",), f"{name} is the target itself", "name who is on the other side"
        elif not any(_shared(topology.node(other), nodes) for other in others):
            yield ("from",), f"{name} shares no network with {options.target}: nothing to cut", None


def _shared(other: Node, nodes: tuple[Node, ...]) -> bool:
    return any({*other.attachments.networks} & {*node.attachments.networks} for node in nodes)


def done(options: PartitionOptions) -> str:
    others = " and ".join(options.away) if options.away else "everything"
    ways = {Direction.BOTH: "cut off from", Direction.IN: "deaf to", Direction.OUT: "mute to"}
    return f"{ways[options.direction]} {others}"


KIND = FaultKind(
    options=PartitionOptions,
    summary="packets between it and others are dropped, both ways or one way",
    done=done,
    post=IN_THE_NETWORK,
    holds=frozenset({Aspect.REACH}),
    describe=describe,
    ways=(frozenset({NFTABLES}),),
    problems=problems,
)
