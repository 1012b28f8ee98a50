"""What a fault is: a helper program beside its target that applies it, waits and undoes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`command` runs in the helper; `undo` is what the reaper does if the helper dies: "start:CONTAINER".

    Its verb is one of `UNDOES` in environments/agent/reaper.py.
    """

    name: str
    target: str
    command: tuple[str, ...]
    undo: str


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What a helper did: "applied", "undone", or "missed" and why. `at` is ns since the epoch."""

    at: int
    did: str
    why: str = ""
