"""The timeline of a rehearsal: at its time each fault is put in force; at the drain all are ended."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from environments.containers.injecting import FaultHelper
from environments.environment import Environment
from foundation.errors import PeakproofError
from peakproof.targets import Planned

_SECOND = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Happened:
    """What a fault really did, in seconds since the load's start; `until` None: it lasted to the drain.

    `cut` says why it ended before its time; empty where it did not.
    """

    planned: Planned
    at: float
    until: float | None
    cut: str = ""


@dataclass(frozen=True, kw_only=True)
class Missed:
    """A fault that hit nothing, and why."""

    planned: Planned
    why: str


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
        self._applied: list[tuple[Planned, FaultHelper]] = []
        self._failures: dict[Planned, str] = {}
        self._zero = 0

    def start(self, started_at: int) -> None:
        """`started_at`: when the load started, ns since the epoch."""
        self._zero = started_at
        self._thread.start()

    def end(self) -> None:
        """Ends the timeline and every fault; what keeps one from being undone is told by `happened`."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        for planned, fault in self._applied:
            try:
                fault.end()
            except PeakproofError as error:
                self._failures[planned] = str(error)

    def discard(self) -> None:
        """Removes the helpers, those that were never needed too; after `end`."""
        for _, helper in self._faults:
            with contextlib.suppress(PeakproofError):  # it goes with the environment
                helper.discard()

    def happened(self) -> list[Happened]:
        """What the faults did, as their helpers say; after `end`."""
        found = ((planned, helper, self._deeds(helper)) for planned, helper in self._applied)
        return [self._told(planned, helper, deeds) for planned, helper, deeds in found if "applied" in deeds]

    def missed(self) -> list[Missed]:
        """The faults that hit nothing; after `end`."""
        applied = dict(self._applied)
        return [
            Missed(planned=planned, why=self._why_not(planned, applied.get(planned)))
            for planned, helper in self._faults
            if planned not in applied or "applied" not in self._deeds(helper)
        ]

    def _run(self) -> None:
        for planned, helper in self._faults:
            if self._stop.wait(max(0.0, planned.at - self._now())):
                return
            try:
                helper.apply()
            except PeakproofError as error:
                self._failures[planned] = str(error)
                continue
            self._applied.append((planned, helper))
            self._watch(planned)

    def _now(self) -> float:
        return (time.time_ns() - self._zero) / _SECOND

    def _deeds(self, helper: FaultHelper) -> dict[str, float]:
        """What a helper did -> when, in seconds since the load's start."""
        return {moment.did: self._since(moment.at) for moment in helper.moments()}

    def _since(self, at: int) -> float:
        return (at - self._zero) / _SECOND

    def _told(self, planned: Planned, helper: FaultHelper, deeds: Mapping[str, float]) -> Happened:
        at, until, died = deeds["applied"], deeds.get("undone"), helper.died_at
        if died is None:
            return Happened(planned=planned, at=at, until=until, cut=self._failures.get(planned, ""))
        return Happened(planned=planned, at=at, until=self._since(died), cut="its helper died")

    def _why_not(self, planned: Planned, helper: FaultHelper | None) -> str:
        if helper is None:
            return self._failures.get(planned, "the load ended, or was ended, before it")
        said = [moment.why for moment in helper.moments() if moment.why]
        return said[0] if said else "its helper said nothing"
