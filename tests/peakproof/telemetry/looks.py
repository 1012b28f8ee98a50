"""Samples made by hand: a second each, of a machine with two cores."""

from __future__ import annotations

from collections.abc import Mapping

from peakproof.telemetry.samples import MachineUse, NodeUse, Sample, Sessions


def sessions(*, open_: int = 8, busy: int = 1, locked: int = 0, limit: int = 100) -> Sessions:
    return Sessions(
        limit=limit, open={"shop-api": open_}, busy={"shop-api": busy}, locked=locked,
        statements={"SELECT accept($1)": busy},
    )  # fmt: skip


def sample(
    at: float,
    *,
    cpu: float = 0.3,
    disk: float = 0.0,
    cores: Mapping[str, float] | None = None,
    memory: float | None = 0.2,
    seen: Sessions | None = None,
    gauges: Mapping[str, float] | None = None,
) -> Sample:
    used = {"database-1": 0.3, "api-1": 0.2} if cores is None else cores
    return Sample(
        at=at,
        nodes={name: NodeUse(cores=value, memory=memory) for name, value in used.items()},
        machine=MachineUse(cores=2, cpu=cpu, disk=disk, runnable=2, pressure={"cpu": cpu / 2}),
        sessions=sessions() if seen is None else seen,
        gauges={} if gauges is None else gauges,
    )
