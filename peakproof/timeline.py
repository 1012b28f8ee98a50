"""The timeline of a rehearsal: at its time each fault is put in force; at the drain all are ended."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from environments.containers.injecting import FaultHelper
from environments.environment import Environment
from foundation.errors import PeakproofError
from peakproof.plan import FaultInput

_SECOND = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A fault with its target chosen. `at` and `lasting` in seconds; `lasting` None is until the drain."""

    fault: str
    role: str
    node: str
    at: float
    lasting: float | None


@dataclass(frozen=True, kw_only=True)
class Happened:
    """What a fault really did, in seconds since the load's start; `until` None when it was not undone."""

    planned: Planned
    at: float
    until: float | None


def planned(timeline: Sequence[FaultInput], roles: Mapping[str, Sequence[str]], seed: int) -> list[Planned]:
    """The timeline in order, each role's node picked by the seed: the same plan hits the same nodes."""
    return sorted(
        (
            Planned(
                fault=line.fault,
                role=line.role,
                node=_picked(roles[line.role], f"{seed}:{index}:{line.role}"),
                at=line.at,
                lasting=line.lasting,
            )
            for index, line in enumerate(timeline)
        ),
        key=lambda each: each.at,
    )


def _picked(nodes: Sequence[str], seed: str) -> str:
    number = int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=8).digest(), "big")
    return nodes[number % len(nodes)]


class Timeline:
    """Runs a timeline beside the load. `start` when the load starts; `end` undoes what is still in force.

    Making one prepares every fault's helper, so that each strikes at its time. Raises Refused, Unavailable.
    """

    def __init__(
        self, faults: Sequence[Planned], environment: Environment, watch: Callable[[Planned], None]
    ) -> None:
        self._faults = [(each, environment.fault(each.fault, each.node, each.lasting)) for each in faults]
        self._watch = watch
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="timeline", daemon=True)
        self._in_force: list[tuple[Planned, FaultHelper]] = []
        self._failures: list[PeakproofError] = []
        self._zero = 0

    def start(self, started_at: int) -> None:
        """`started_at`: when the load started, ns since the epoch."""
        self._zero = started_at
        self._thread.start()

    def end(self) -> None:
        """Ends the timeline and every fault. Raises what kept a fault from being put in force."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        for _, fault in self._in_force:
            fault.end()
        if self._failures:
            raise self._failures[0]

    def discard(self) -> None:
        """Removes the helpers, those that were never needed too; what they did must have been read."""
        for _, helper in self._faults:
            helper.discard()

    def happened(self) -> list[Happened]:
        """What the faults did so far, as their helpers say."""
        return [self._told(each, dict(_by_deed(fault))) for each, fault in self._in_force]

    def _run(self) -> None:
        for planned, helper in self._faults:
            if self._stop.wait(max(0.0, planned.at - self._now())):
                return
            try:
                helper.apply()
            except PeakproofError as error:
                self._failures.append(error)
                return
            self._in_force.append((planned, helper))
            self._watch(planned)

    def _now(self) -> float:
        return (time.time_ns() - self._zero) / _SECOND

    def _told(self, planned: Planned, deeds: dict[str, int]) -> Happened:
        times = {deed: (at - self._zero) / _SECOND for deed, at in deeds.items()}
        applied, undone = times.get("applied", planned.at), times.get("undone")
        return Happened(planned=planned, at=applied, until=undone)


def _by_deed(fault: FaultHelper) -> list[tuple[str, int]]:
    return [(deed, at) for at, deed in fault.moments()]
