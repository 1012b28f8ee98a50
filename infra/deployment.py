"""A stack in Pulumi's state: looked at, previewed, changed, destroyed. The one place that runs the engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from pulumi.automation import OutputMap, UpdateSummary, Workspace
from pulumi.automation import Stack as PulumiStack
from pulumi.automation.errors import CommandError
from pulumi.automation.events import EngineEvent

from foundation.errors import PeakproofError
from infra import changes, locking, state
from infra.changes import Change
from infra.pulumi_errors import Locked, Said, StillLeaving, meaning
from infra.state import State

Program = Callable[[], None]
Watch = Callable[[EngineEvent], None]
Told = Callable[[str], None]
Result = TypeVar("Result")
_ORPHAN_SECONDS = 120.0
"""How long a command that was killed may take to finish the node that it was at."""
_ASK_AGAIN = 0.2
_LEAVING_SECONDS, _LEAVING_AGAIN = 60.0, 1.0
"""How long a swarm may take to hear that an overlay is empty; what was done until then stays done."""


class PlainStack(PulumiStack):
    """The SDK's stack, without what it asks the engine around every operation and nobody here reads.

    Selecting writes a person's settings; outputs and history after each update cost 0.6 s.
    """

    def __init__(self, name: str, workspace: Workspace) -> None:
        self.name = name
        self.workspace = workspace

    def outputs(self) -> OutputMap:
        """None: they are in the state, which is read whole."""
        return {}

    def info(self, show_secrets: bool = True) -> UpdateSummary:  # noqa: ARG002, FBT - the SDK's signature
        """Nothing: what happened was told by events."""
        now = datetime.now(UTC)
        return UpdateSummary(
            kind="update",
            start_time=now,
            message="",
            environment={},
            config={},
            result="succeeded",
            end_time=now,
        )


class Deployment:
    """A stack by its name. Every error is ours; `told` is called with what a person should know."""

    def __init__(self, stack: PlainStack, told: Told) -> None:
        self._stack, self._told = stack, told
        self._raised: PeakproofError | None = None
        self.name = stack.name

    def state(self) -> State:
        """What the state knows now. Raises StackNotFoundError."""
        exported = self._run("reading the state", lambda _: self._stack.export_stack())
        return state.read(exported.deployment or {})

    def preview(self, program: Program, *, refresh: bool, replaced: Sequence[str] = ()) -> list[Change]:
        """What `up` would change; with `refresh` after asking the provider what stands. Changes nothing."""
        events: list[EngineEvent] = []
        self._run(
            "looking at what would change",
            lambda watch: self._stack.preview(
                refresh=refresh,
                program=self._caught(program),
                replace=list(replaced) or None,
                on_event=_both(watch, events.append),
            ),
        )
        return changes.planned(events)

    def drift(self) -> list[Change]:
        """What stands otherwise than the state says; changes nothing."""
        events: list[EngineEvent] = []
        self._run(
            "looking at what stands",
            lambda watch: self._stack.preview_refresh(on_event=_both(watch, events.append)),
        )
        return changes.drifted(events)

    def refresh(self) -> None:
        """Takes what stands into the state, and drops what a command that was cut off never finished."""
        self._run(
            "looking at what stands",
            lambda watch: self._stack.refresh(
                clear_pending_creates=True, on_event=watch, suppress_outputs=True, show_secrets=False
            ),
        )

    def up(
        self, program: Program, watch: Watch, *, targets: Sequence[str] = (), replaced: Sequence[str] = ()
    ) -> None:
        """Makes what the program declares stand, or only `targets` (URNs); `replaced` anew in any case."""
        self._run(
            "bringing it up",
            lambda told: self._stack.up(
                program=self._caught(program),
                target=list(targets) or None,
                replace=list(replaced) or None,
                on_event=_both(watch, told),
                suppress_outputs=True,
                show_secrets=False,
            ),
        )

    def destroy(self, watch: Watch) -> None:
        """Removes everything that the state knows, then the stack itself."""
        self._run(
            "taking it down",
            lambda told: self._stack.destroy(
                on_event=_both(watch, told), suppress_outputs=True, show_secrets=False
            ),
        )
        self.forget()

    def forget(self) -> None:
        """Removes the stack, which has nothing any more."""
        self._run("forgetting it", lambda _: self._stack.workspace.remove_stack(self.name))

    def _caught(self, program: Program) -> Program:
        """The program; what it raises is kept, since the engine only tells its text."""

        def declare() -> None:
            try:
                program()
            except PeakproofError as error:
                self._raised = error
                raise

        return declare

    def _run(self, doing: str, act: Callable[[Watch], Result]) -> Result:
        began = time.monotonic()
        deadline, leaving = began + _ORPHAN_SECONDS, began + _LEAVING_SECONDS
        while True:
            try:
                return self._once(doing, act)
            except Locked as locked:
                self._free(locked, deadline)
            except StillLeaving:
                if time.monotonic() > leaving:
                    raise
                time.sleep(_LEAVING_AGAIN)

    def _once(self, doing: str, act: Callable[[Watch], Result]) -> Result:
        self._raised = None
        said: list[Said] = []
        try:
            return act(lambda event: said.extend(_complaints(event)))
        except CommandError as error:
            raise self._raised or meaning(error, said, name=self.name, doing=doing) from error

    def _free(self, locked: Locked, deadline: float) -> None:
        """Removes the lock of a holder that is gone, waits for one that is ending, raises for others."""
        if locking.all_dead(locked.holders):
            self._told(f"{locked.holders[0]} is gone: its lock is removed")
            self._once("removing the lock", lambda _: self._stack.cancel())
            return
        if not _ending(locked):
            raise locked
        self._told(f"a command that was killed still finishes what it was at ({locked.holders[0]}): waiting")
        while _ending(locked):
            if time.monotonic() > deadline:
                raise locked
            time.sleep(_ASK_AGAIN)


def _ending(locked: Locked) -> bool:
    return any(holder.orphan for holder in locked.holders)


def _complaints(event: EngineEvent) -> Iterator[Said]:
    told = event.diagnostic_event
    if told is not None and told.severity == "error":
        yield Said(message=told.message, node=told.urn.rpartition("::")[2] if told.urn else None)


def _both(first: Watch, second: Watch) -> Watch:
    def watch(event: EngineEvent) -> None:
        first(event)
        second(event)

    return watch
