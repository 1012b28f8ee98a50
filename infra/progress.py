"""Shows people how a stack changes: one line a resource, on stderr. Knows nothing of how it is changed."""

from __future__ import annotations

import time

from pulumi.automation.events import EngineEvent, StepEventMetadata
from rich.console import Console
from rich.progress import TextColumn, TimeElapsedColumn

from environments.live import LiveLines
from foundation.units import in_words
from infra.changes import KINDS
from infra.recorded import PROVIDER

# The engine's operations that take time -> what people read while they go on, and when they are over.
_DOING = {
    "create": ("creating", "created"),
    "create-replacement": ("replacing", "replaced"),
    "update": ("updating", "updated"),
    "delete": ("removing", "removed"),
    "delete-replaced": ("stopping", "stopped"),
}


class ResourceDisplay(LiveLines):
    """A watch for `up` and `destroy`: what is created, replaced, removed or failed, and after how long."""

    def __init__(self, console: Console) -> None:
        state = TextColumn("{task.fields[state]}")
        super().__init__(console, TimeElapsedColumn(), state, transient=True)
        self._began: dict[str, float] = {}

    def __call__(self, event: EngineEvent) -> None:
        if event.resource_pre_event:
            self._begins(event.resource_pre_event.metadata)
        elif event.res_outputs_event:
            self._ends(event.res_outputs_event.metadata, failed=False)
        elif event.res_op_failed_event:
            self._ends(event.res_op_failed_event.metadata, failed=True)

    def _begins(self, step: StepEventMetadata) -> None:
        if step.type not in KINDS or step.type == PROVIDER or step.op not in _DOING:
            return
        self._began[step.urn] = time.monotonic()
        state = f"[cyan]{_DOING[step.op][0]}[/]"
        if step.urn in self._tasks:
            self._progress.update(self._tasks[step.urn], completed=0, state=state)
        else:
            self._tasks[step.urn] = self._progress.add_task(_name(step), total=1, state=state)

    def _ends(self, step: StepEventMetadata, *, failed: bool) -> None:
        if step.urn not in self._began:
            return
        state = "[bold red]failed[/]" if failed else f"[green]{_DOING.get(step.op, ('', 'done'))[1]}[/]"
        self._progress.update(self._tasks[step.urn], completed=1, state=state)
        if not self._console.is_terminal or failed:
            took = in_words(time.monotonic() - self._began.pop(step.urn))
            self._console.print(f"  {_name(step):<22} {state} after {took}")


def _name(step: StepEventMetadata) -> str:
    return f"{KINDS[step.type]} {step.urn.rpartition('::')[2]}"
