"""Shows people how hosts are configured: one line a host, on stderr. Knows nothing of how it is done."""

from __future__ import annotations

import textwrap

from rich.console import Console
from rich.markup import escape
from rich.progress import TextColumn, TimeElapsedColumn
from rich.table import Table

from environments.live import LiveLines
from foundation import lines
from foundation.units import in_words
from playbooks.running.events import Step
from playbooks.running.outcome import Change, Failure, HostOutcome, Outcome, State

_BESIDE = 36
"""Columns of a line that its spinner, host, time and number take."""
_TOLD = {"changed": "yellow", "failed": "bold red", "unreachable": "bold red"}
_STYLE: dict[State, str] = {
    "done": "green", "changed": "yellow", "failed": "bold red", "unreachable": "bold red",
    "not reached": "bold red",
}  # fmt: skip


class HostDisplay(LiveLines):
    """A watch for a run: at which task each host is; what changed, failed or was not reached stays."""

    def __init__(self, console: Console, *, check: bool) -> None:
        state = TextColumn("{task.fields[state]}")
        super().__init__(console, TimeElapsedColumn(), state, transient=True)
        self._changed = "would change" if check else "changed"
        self._role = ""

    def __call__(self, step: Step) -> None:
        if self._console.is_terminal:
            self._follow(step)
        elif step.role and step.role != self._role:
            self._role = step.role
            self._console.print(f"[bold]{escape(step.role)}[/]")
        if step.state in _TOLD:
            self._console.print(
                f"  {escape(step.host):<14} [{_TOLD[step.state]}]{self._word(step)}[/] {escape(_named(step))}"
            )

    def _follow(self, step: Step) -> None:
        room = max(self._console.width - _BESIDE, _BESIDE)
        state = f"[dim]{step.number:>3}[/] {escape(textwrap.shorten(_named(step), room, placeholder='…'))}"
        if step.host not in self._tasks:
            self._tasks[step.host] = self._progress.add_task(escape(step.host), total=None, state=state)
        elif step.state == "starting":
            self._progress.update(self._tasks[step.host], state=state)

    def _word(self, step: Step) -> str:
        return self._changed if step.state == "changed" else step.state


def _named(step: Step | Change | Failure) -> str:
    return f"{step.role}: {step.task}" if step.role else step.task


def show(console: Console, outcome: Outcome, *, verbose: bool = False, diff: bool = False) -> None:
    """What came of a run: a line a host, then every failure with what it said and what to do."""
    if diff:
        for host in outcome.hosts.values():
            _show_changes(console, host)
    console.print(_table(outcome))
    for host in outcome.hosts.values():
        if host.failure is not None:
            _show_failure(console, host.host, host.failure, verbose=verbose)
        elif host.state == "not reached":
            lines.show(console, f"{host.host}: the run ended before it was done; run it again",
                       mark=lines.mark(holds=False) + " ")  # fmt: skip


def _table(outcome: Outcome) -> Table:
    table = Table(box=None, pad_edge=False)
    changed = "would change" if outcome.checked else "changed"
    for heading in ("host", "state", "tasks", changed):
        table.add_column(heading, justify="right" if heading in ("tasks", changed) else "left")
    for host in outcome.hosts.values():
        word = changed if host.state == "changed" else host.state
        state = f"[{_STYLE[host.state]}]{word}[/]"
        table.add_row(escape(host.host), state, str(host.ok), str(len(host.changes)))
    table.caption = f"after {in_words(outcome.seconds)}"
    table.caption_justify = "left"
    return table


def _show_changes(console: Console, host: HostOutcome) -> None:
    for change in host.changes:
        console.print(f"[bold]{escape(host.host)}[/] {escape(_named(change))}")
        for line in change.diff:
            style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
            console.print(f"  {line}", style=style, markup=False)


def _show_failure(console: Console, host: str, failure: Failure, *, verbose: bool) -> None:
    lines.show(console, f"{host}: {_named(failure)}", mark=lines.mark(holds=False) + " ")
    for line in failure.whole if verbose else failure.said:
        lines.show(console, line, mark="    ", indent=4)
    if failure.hint:
        lines.show(console, failure.hint, mark="    [bold]what to do:[/] ", indent=4)
