"""Lines on a terminal, one a thing, that change while work goes on. Knows nothing of the work."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress, ProgressColumn, SpinnerColumn, TaskID, TextColumn


class LiveLines:
    """A spinner and a name, then `columns`. Shows nothing by itself where there is no terminal.

    `transient` lines go at the end.
    """

    def __init__(self, console: Console, *columns: ProgressColumn, transient: bool) -> None:
        self._console = console
        self._tasks: dict[str, TaskID] = {}
        self._progress = Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description:<14}"),
            *columns,
            console=console,
            transient=transient,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
