"""disk-full: what is free on the target's disk is taken. Only of a disk of a size of its own."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from pydantic import Field

from environments.faults.capabilities import LOOP
from environments.faults.fault import Fault, Post, Script
from environments.faults.kind import Aspect, Complaint, FaultKind, FaultOptions, Scene
from environments.nodes import Node
from environments.references import runs_any_image
from environments.topology import Topology

FILLER = ".peakproof-disk-full"
# Files there are the node's own user's, in folders that are closed to others.
ON_ITS_DISK = Post(image="faults", volumes=True, capabilities=("DAC_OVERRIDE",))
# In large pieces, then in small ones; each ends when there is no space left, or something else is wrong.
FILL = """\
LC_ALL=C dd if=/dev/zero of={filler} bs=64K 2>&1 | grep -q 'No space left'
LC_ALL=C dd if=/dev/zero of={filler} bs=1K oflag=append conv=notrunc 2>&1 | grep -q 'No space left'
"""


class DiskFullOptions(FaultOptions):
    """`{at: 30s, disk-full: store-1, for: 10s}`."""

    target: str = Field(alias="disk-full")


def paths(topology: Topology, node: Node) -> tuple[str, ...]:
    """Where the node has disks of a size of their own."""
    sized = {volume.name for volume in topology.volumes if volume.size}
    return tuple(mount.path for mount in node.storage.mounts if mount.volume in sized)


def describe(options: DiskFullOptions, scene: Scene) -> Fault:
    fillers = [shlex.quote(f"{path}/{FILLER}") for path in paths(scene.topology, scene.node)]
    return Fault(
        name="disk-full",
        container=scene.container,
        post=ON_ITS_DISK,
        apply=Script(bash="".join(FILL.format(filler=filler) for filler in fillers)),
        undo=Script(bash=f"rm -f {' '.join(fillers)}"),
        seconds=options.lasting,
    )


def problems(options: DiskFullOptions, topology: Topology, nodes: tuple[Node, ...]) -> Iterator[Complaint]:
    for node in nodes:
        if not paths(topology, node):
            what = f"{node.name} has no disk of a size of its own: to fill it would fill this machine's"
            yield (options.fault,), what, _how_to_size(node)


def _how_to_size(node: Node) -> str:
    """What to write in a definition, as its kind has it."""
    if not node.storage.mounts:
        return "it keeps nothing on a disk: a database, a broker or a container with `volumes` does"
    written = f"under {node.service!r} of the definition"
    if not runs_any_image(node.process.image):
        return f"write `disk: 2GiB` {written}"
    kept = node.storage.mounts[0]
    volume = kept.volume.removeprefix(f"{node.name}-")
    return f"write `volumes: {{{volume}: {{path: {kept.path}, size: 2GiB}}}}` {written}"


KIND = FaultKind(
    options=DiskFullOptions,
    summary="its disk is full, where it has one of a size of its own",
    done=lambda _: "without a free byte on its disk",
    post=ON_ITS_DISK,
    holds=frozenset({Aspect.DISK}),
    describe=describe,
    ways=(frozenset({LOOP}),),
    problems=problems,
)
