"""The timeline of a rehearsal: at its time each fault is put in force; at the drain all are ended."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from environments.containers.roles import Answer
from environments.faults.fault import Moment
from foundation.errors import PeakproofError
from peakproof.targets import Planned

_SECOND = 1_000_000_000


class Prepared(Protocol):
    """What stands on a timeline, ready for its time: a fault, or a change (deploy, rotate, switch over).

    `apply` lets it happen, at once; `end` undoes a fault, and returns when a change has come to its end;
    `moments` are what it says it did. `answer`: which node, once it was asked.
    """

    answer: Answer | None

    @property
    def died_at(self) -> int | None: ...

    def apply(self) -> None: ...

    def end(self) -> None: ...

    def discard(self) -> None: ...

    def moments(self) -> list[Moment]: ...


@dataclass(frozen=True, kw_only=True)
class Happened:
    """What a fault really did, in seconds since the load's start; `until` None: it lasted to the drain.

    `cut` says why it ended before its time; empty where it did not. `asked`: when `node` had the role.
    """

    planned: Planned
    node: str
    at: float
    until: float | None
    cut: str = ""
    asked: float | None = None


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
        self,
        faults: Sequence[Planned],
        prepare: Callable[[Planned], Prepared],
        watch: Callable[[Planned, str], None],
    ) -> None:
        self._faults = [(each, prepare(each)) for each in faults]
        self._watch = watch
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="timeline", daemon=True)
        self._applied: list[tuple[Planned, Prepared]] = []
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
            if helper.answer is not None and helper.answer.node is not None:
                self._watch(planned, helper.answer.node)

    def _now(self) -> float:
        return (time.time_ns() - self._zero) / _SECOND

    def _deeds(self, helper: Prepared) -> dict[str, float]:
        """What a helper did -> when, in seconds since the load's start."""
        return {moment.did: self._since(moment.at) for moment in helper.moments()}

    def _since(self, at: int) -> float:
        return (at - self._zero) / _SECOND

    def _told(self, planned: Planned, helper: Prepared, deeds: Mapping[str, float]) -> Happened:
        answer, died = helper.answer, helper.died_at
        assert answer is not None, "what was applied has asked"
        return Happened(
            planned=planned,
            node=answer.node or planned.node,
            at=deeds["applied"],
            until=deeds.get("undone") if died is None else self._since(died),
            cut=self._failures.get(planned, "") if died is None else _how(helper),
            asked=self._since(answer.at) if answer.probed else None,
        )

    def _why_not(self, planned: Planned, helper: Prepared | None) -> str:
        if helper is None:
            return self._failures.get(planned, "the load ended, or was ended, before it")
        said = [moment.why for moment in helper.moments() if moment.why]
        return said[0] if said else "its helper said nothing"


def _how(helper: Prepared) -> str:
    """How a helper ended that did not undo what it did."""
    why = [moment.why for moment in helper.moments() if moment.did == "stuck"]
    return f"it could not be undone: {why[0]}" if why else "its helper died"
