"""kill: the target gets SIGKILL; it is started again after `for`, or when the load has drained."""

from __future__ import annotations

from pydantic import Field

from environments.faults.fault import AT_THE_ENGINE, Call, Fault
from environments.faults.kind import ALL_BUT_DISK, FaultKind, FaultOptions, Scene


class KillOptions(FaultOptions):
    """`{at: 30s, kill: api.any, for: 10s}`."""

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


KIND = FaultKind(
    options=KillOptions,
    summary="SIGKILL: it dies at once, and is started again at the end",
    done=lambda _: "killed",
    post=AT_THE_ENGINE,
    holds=ALL_BUT_DISK,
    describe=describe,
)
