"""Shows people how an environment comes up: one line a node, on stderr. Knows nothing of how it is built."""

from __future__ import annotations

from rich.console import Console
from rich.progress import TextColumn, TimeElapsedColumn

from environments.containers.building import NodeEvent
from environments.live import LiveLines
from foundation.units import in_words

_STYLE = {
    "starting": "cyan",
    "ready": "green",
    "done": "green",
    "kept": "green",
    "failed": "bold red",
    "put back": "yellow",
}


class NodeDisplay(LiveLines):
    """A watch for `up`: which node is starting, ready, done, kept, failed or put back, and after how long."""

    def __init__(self, console: Console) -> None:
        state = TextColumn("{task.fields[state]}")
        super().__init__(console, TimeElapsedColumn(), state, transient=True)

    def __call__(self, event: NodeEvent) -> None:
        styled = f"[{_STYLE[event.state]}]{event.state}[/]"
        if event.state == "starting":
            self._tasks[event.node] = self._progress.add_task(event.node, total=1, state=styled)
            return
        if event.node in self._tasks:
            self._progress.update(self._tasks[event.node], completed=1, state=styled)
        if not self._console.is_terminal or event.state in ("failed", "put back"):
            took = f" after {in_words(event.seconds)}" if event.seconds else ""
            self._console.print(f"  {event.node:<14} {styled}{took}")
