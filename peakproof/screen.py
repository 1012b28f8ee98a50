"""What people see of a rehearsal while it runs: a heading a stage, live views inside. Decides nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from environments.containers.building import Watch
from environments.display import NodeDisplay
from loadtests.capacity.trials import Observation
from loadtests.planning.job import Job
from loadtests.recording.progress import Event
from loadtests.showing import screen as load_screen
from peakproof.seeding import Progress as CopyProgress
from peakproof.targets import Planned


class Terminal:
    """A screen on a terminal; without one, lines."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextlib.contextmanager
    def nodes(self) -> Iterator[Watch]:
        self._say("bringing the environment up")
        with NodeDisplay(self._console) as watch:
            yield watch

    @contextlib.contextmanager
    def copying(self) -> Iterator[CopyProgress]:
        self._say("filling it: a sample of production data, anonymised and checked")
        bar = Progress(
            TextColumn("  {task.description:<24}"),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        tasks: dict[str, object] = {}

        def show(table: str, rows: int, expected: int) -> None:
            if table not in tasks:
                tasks[table] = bar.add_task(table, total=expected)
            bar.update(tasks[table], completed=rows, total=max(rows, expected))  # type: ignore[arg-type]

        with bar:
            yield show

    @contextlib.contextmanager
    def load(self, job: Job) -> Iterator[Callable[[Event], None]]:
        self._say(f"load: {job.main} at {job.rate:g}/s for {job.duration:g} s")
        with load_screen.live(self._console, job) as listen:
            yield listen

    def fault(self, fault: Planned, node: str) -> None:
        self._console.print(
            f"  [bold red]{fault.fault}[/] {node} ({fault.target}), planned at {fault.at:g} s"
        )

    def search(self, trials: int) -> Callable[[Observation], None]:
        self._say(f"capacity: at most {trials} trials")

        def tell(seen: Observation) -> None:
            why = "; ".join(seen.reasons) or seen.saturated
            self._console.print(f"  {seen.rate:8.4g}/s {seen.outcome}: {escape(why)}")

        return tell

    def _say(self, what: str) -> None:
        self._console.print(f"[bold]{what}[/]")
