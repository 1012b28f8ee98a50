"""A look into the environment, as a value: nodes, machine, database sessions, gauges. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

GENERATOR = "generator"
"""The node that sends the load; what it uses is not the platform's."""


@dataclass(frozen=True, kw_only=True)
class NodeUse:
    """`cores` used since the sample before; `memory` as a share of the node's limit, None without one."""

    cores: float
    memory: float | None


@dataclass(frozen=True, kw_only=True)
class MachineUse:
    """Of the machine that the nodes share, since the sample before.

    `cpu` and `disk` (the busiest one) are shares of the time; `runnable` are threads that want a core, and
    `pressure` the share of the last 10 s in which somebody waited (PSI), where the kernel tells it.
    """

    cores: int
    cpu: float
    disk: float
    runnable: int
    pressure: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """Of the database: connections by application, those that work, those that wait for a lock.

    `statements` are what the working ones run, without values, with the number of sessions that do.
    """

    limit: int
    open: Mapping[str, int]
    busy: Mapping[str, int]
    locked: int
    statements: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One look; `at` in seconds since the load began. `gauges` in seconds: 0.0 where nothing waits."""

    at: float
    nodes: Mapping[str, NodeUse]
    machine: MachineUse
    sessions: Sessions | None
    gauges: Mapping[str, float]
