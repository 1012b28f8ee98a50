"""kill: the target gets SIGKILL; it is started again after `for`, or when the load has drained."""

from __future__ import annotations

from pydantic import Field

from environments.faults.fault import AT_THE_ENGINE, Call, Fault, HostDown, HostUp
from environments.faults.kind import ALL_BUT_DISK, FaultKind, FaultOptions, Scene


class KillOptions(FaultOptions):
    """`{at: 30s, kill: api.any, for: 10s}`; the target may be a host, such as host.2."""

    target: str = Field(alias="kill")


def describe(options: KillOptions, scene: Scene) -> Fault:
    return Fault(
        name="kill",
        container=scene.container,
        post=AT_THE_ENGINE,
        apply=Call(path=f"/containers/{scene.container}/kill", query={"signal": "SIGKILL"}),
        undo=Call(path=f"/containers/{scene.container}/start"),
        seconds=options.lasting,
    )


HOST_BACK = 60.0
"""Seconds that a host may take to boot, and its engine to answer."""


def on_host(options: KillOptions, container: str) -> Fault:
    return Fault(
        name="kill",
        container=container,
        post=AT_THE_ENGINE,
        apply=HostDown(container=container),
        undo=HostUp(container=container),
        seconds=options.lasting,
        slow=HOST_BACK,
    )


KIND = FaultKind(
    options=KillOptions,
    summary="SIGKILL: it dies at once, and is started again at the end",
    done=lambda _: "killed",
    post=AT_THE_ENGINE,
    holds=ALL_BUT_DISK,
    describe=describe,
    on_host=on_host,
)
