"""pause: the target's processes are frozen: connections stay open, and nothing answers on them."""

from __future__ import annotations

from pydantic import Field

from environments.faults.capabilities import FREEZER
from environments.faults.fault import AT_THE_ENGINE, Call, Fault
from environments.faults.kind import Aspect, FaultKind, FaultOptions, Scene


class PauseOptions(FaultOptions):
    """`{at: 30s, pause: database.leader, for: 10s}`."""

    target: str = Field(alias="pause")


def describe(options: PauseOptions, scene: Scene) -> Fault:
    return Fault(
        name="pause",
        container=scene.container,
        post=AT_THE_ENGINE,
        apply=Call(
            path=f"/containers/{scene.container}/pause", idle="it was not running, or was paused already"
        ),
        undo=Call(path=f"/containers/{scene.container}/unpause"),
        seconds=options.lasting,
    )


KIND = FaultKind(
    options=PauseOptions,
    summary="frozen (cgroup freezer), as a machine that hangs: connections stay open and nothing answers",
    done=lambda _: "paused",
    post=AT_THE_ENGINE,
    holds=frozenset({Aspect.PROCESS}),
    describe=describe,
    ways=(frozenset({FREEZER}),),
)
