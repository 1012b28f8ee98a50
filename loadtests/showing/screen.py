"""What people see of a load test: a live view while it runs, tables when it ended. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from foundation import lines
from foundation.verdict import Status, Verdict
from loadtests.judging.measurements import Measurements
from loadtests.planning.job import Job
from loadtests.planning.locustfile import CLOSED
from loadtests.recording import left_out
from loadtests.recording.progress import Event, Note, Progress
from loadtests.showing import tables

_COLOURS = {Status.PASS: "bold green", Status.FAIL: "bold red", Status.INVALID: "bold yellow"}
_EVERY = 10  # seconds between lines where there is no terminal


@contextmanager
def live(console: Console, job: Job) -> Iterator[Callable[[Event], None]]:
    """A view that is told a generator's events: redrawn in a terminal, a line now and then elsewhere."""
    if not console.is_terminal:
        yield lambda event: _line(console, job, event)
        return
    with Live(console=console, refresh_per_second=4, transient=True) as view:

        def shown(event: Event) -> None:
            if isinstance(event, Progress):
                view.update(_view(job, event))
            elif isinstance(event, Note):
                console.print(escape(event.text))

        yield shown


def note(console: Console, event: Event) -> None:
    """Shows what is worth telling of an event without a view of the load."""
    if isinstance(event, Note):
        lines.show(console, event.text)


def _line(console: Console, job: Job, event: Event) -> None:
    note(console, event)
    if isinstance(event, Progress) and event.second % _EVERY == 0:
        sent = f"{event.reached} requests" if job.closed else f"{event.reached} of {event.wanted} arrivals"
        told = (
            f"{event.second:>4} s of {job.duration:g}, in the last: {sent}, p99 {_told(event.p99_ms)}, "
            f"{event.errors} errors, {event.turned_away} turned away"
        )
        lines.show(console, told, indent=5)


def _told(milliseconds: float | None) -> str:
    """Where nothing has been asked yet there is no percentile."""
    return f"{milliseconds:.1f} ms" if milliseconds is not None else "not yet known"


def _view(job: Job, now: Progress) -> Table:
    left = max(job.duration - now.second, 0)
    load = f"{job.locust.users:,} users" if job.locust and job.closed else f"{job.rate:g}/s"
    table = Table(title=f"{job.main} at {load} on {job.target}, {left:.0f} s left", title_justify="left")
    figures = {
        "wanted/s": str(now.wanted),
        "sent/s": str(now.reached),
        "in flight": str(now.in_flight),
        "p50": _told(now.p50_ms),
        "p99": _told(now.p99_ms),
        "errors": str(now.errors),
        "repeated": str(now.attempt_errors),
        "turned away": str(now.turned_away),
    }
    for name in figures:
        table.add_column(name, justify="right")
    table.add_row(*figures.values())
    return table


def show(console: Console, measured: Measurements, verdict: Verdict) -> None:
    """Latencies, failures, findings and the verdict; of a closed load, what it cannot say."""
    for line in tables.times(measured):
        lines.show(console, line)
    for failure in measured.failures:
        times, kind = f"{failure.count:,} x", f"{failure.kind} (first in second {failure.second})"
        lines.show(console, kind, mark=f"[red]{times}[/] ", indent=len(times) + 1)
    for text in tables.failed_checks(measured):
        lines.show(console, f"check {text}")
    for text in left_out.in_words(measured.summaries):
        lines.show(console, f"in no figure: {text}")
    for holds, text in tables.judged(verdict.findings):
        lines.show(console, text, mark=f"  {lines.mark(holds=holds)} ", indent=4)
    if measured.job.closed:
        lines.show(console, CLOSED)
    told = f"[{_COLOURS[verdict.status]}]{verdict.status}[/]  results in {escape(measured.job.output)}"
    console.print(told, soft_wrap=True)
