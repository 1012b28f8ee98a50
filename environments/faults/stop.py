"""stop: the target gets SIGTERM and time to end well, as in a deployment; it is started again at the end."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import AfterValidator, Field

from environments.faults.fault import AT_THE_ENGINE, Call, Fault
from environments.faults.kind import ALL_BUT_DISK, FaultKind, FaultOptions, Scene
from foundation.units import Duration

LONGEST = 300.0


def _patient(seconds: float) -> float:
    if seconds > LONGEST:
        raise ValueError("five minutes (5m) is the longest")
    return seconds


class StopOptions(FaultOptions):
    """`{at: 30s, stop: api.any, grace: 5s, for: 10s}`."""

    target: str = Field(alias="stop")
    grace: Annotated[Duration, AfterValidator(_patient)] | None = Field(
        default=None, description="how long it may take to end before SIGKILL; by default the service's own"
    )


def describe(options: StopOptions, scene: Scene) -> Fault:
    grace = math.ceil(scene.node.process.stop_grace if options.grace is None else options.grace)
    return Fault(
        name="stop",
        container=scene.container,
        post=AT_THE_ENGINE,
        apply=Call(path=f"/containers/{scene.container}/stop", query={"t": str(grace)}),
        undo=Call(path=f"/containers/{scene.container}/start"),
        seconds=options.lasting,
        slow=grace,
    )


KIND = FaultKind(
    options=StopOptions,
    summary="SIGTERM and time to end well, as in a deployment; it is started again at the end",
    done=lambda _: "stopped",
    post=AT_THE_ENGINE,
    holds=ALL_BUT_DISK,
    describe=describe,
)
