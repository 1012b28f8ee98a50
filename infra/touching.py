"""What of a stack was touched by hand, from one look at Docker; the provider is asked only if something was.

Of a container's settings these are all that can be changed without making another container. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from infra.recorded import CONTAINER, NETWORK, VOLUME
from infra.state import Known, State


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A container as Docker tells it; `memory` and `memory_and_swap` in MiB."""

    name: str
    running: bool
    restart: str
    memory: int
    memory_and_swap: int
    cpu_weight: int
    networks: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What stands on the hosts with the labels of a stack: containers and networks by id, volumes by name."""

    containers: Mapping[str, Seen]
    networks: frozenset[str]
    volumes: frozenset[str]


def touched(state: State, standing: Standing) -> list[Known]:
    """Resources that are gone, stopped, or set otherwise than they were asked for."""
    return [known for known in state.resources if _touched(known, standing)]


def parted(state: State, standing: Standing) -> list[Known]:
    """Nodes that were taken off a network, or put on another: no provider sees it, so they are made anew."""
    return [
        known
        for known in state.of_type(CONTAINER)
        if known.id in standing.containers and standing.containers[known.id].networks != _networks(known)
    ]


def _touched(known: Known, standing: Standing) -> bool:
    if known.type == NETWORK:
        return known.id not in standing.networks
    if known.type == VOLUME:
        return known.id not in standing.volumes
    if known.type == CONTAINER:
        return known.id not in standing.containers or _changed(known, standing.containers[known.id])
    return False


def _changed(known: Known, seen: Seen) -> bool:
    asked = [known.inputs.get(name) for name in ("name", "restart", "memory", "memorySwap", "cpuShares")]
    found = [seen.name, seen.restart, seen.memory, seen.memory_and_swap, seen.cpu_weight]
    return asked != found or (known.inputs.get("mustRun", True) and not seen.running)


def _networks(known: Known) -> frozenset[str]:
    return frozenset(str(block["name"]) for block in known.inputs.get("networksAdvanced", ()))
