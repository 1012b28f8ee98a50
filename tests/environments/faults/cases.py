"""A line of a timeline for each fault kind, and what a small topology around it looks like."""

from __future__ import annotations

from pydantic import TypeAdapter

from environments.faults import AnyFault, kind_of
from environments.faults.fault import Fault
from environments.faults.kind import FaultOptions, Scene
from environments.nodes import Attachments, Mount, Node, Process, Resources, Storage
from environments.topology import Topology, Volume

LINE: TypeAdapter[FaultOptions] = TypeAdapter(AnyFault)

LINES: dict[str, dict[str, object]] = {
    "kill": {"kill": "api-1", "for": "30s"},
    "stop": {"stop": "api-1", "grace": "4.2s"},
    "pause": {"pause": "api-1", "for": "30s"},
    "partition": {"partition": "api-1", "from": ["database"]},
    "latency": {"latency": "api-1", "by": "100ms"},
    "bandwidth": {"bandwidth": "api-1", "to": "1mbit", "for": "30s"},
    "disk-full": {"disk-full": "api-1"},
}


def node(name: str) -> Node:
    return Node(
        name=name,
        service=name.rpartition("-")[0],
        process=Process(image="python", stop_grace=7.0),
        attachments=Attachments(networks=("back",)),
        resources=Resources(memory=1),
        storage=Storage(mounts=(Mount(volume=f"{name}-data", path=f"/var/lib/{name}"),)),
    )


TOPOLOGY = Topology(
    definition="t",
    platform="t",
    entry="api",
    nodes=(node("api-1"), node("api-2"), node("database-1")),
    networks=(),
    volumes=(Volume(name="api-1-data", size=1024**3), Volume(name="api-2-data")),
)


def options(written: dict[str, object]) -> FaultOptions:
    return LINE.validate_python({"at": "1s", **written})


def scene(can: frozenset[str] = frozenset()) -> Scene:
    """api-1, beside which api-2 and a database on two networks run."""
    return Scene(
        topology=TOPOLOGY,
        node=TOPOLOGY.node("api-1"),
        container="peakproof-x-api-1",
        addresses={"api-2": ("10.0.0.2",), "database-1": ("10.0.0.3", "10.0.1.3")},
        can=can,
    )


def described(written: dict[str, object], can: frozenset[str] = frozenset()) -> Fault:
    chosen = options(written)
    return kind_of(chosen).describe(chosen, scene(can))
