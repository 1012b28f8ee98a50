"""What people see of a run: where each host is, what came of it, what to do."""

from __future__ import annotations

import io
import re
from typing import Literal

import pytest
from rich.console import Console

from foundation.lines import UNBOUNDED
from playbooks.running.display import HostDisplay, show
from playbooks.running.events import Step
from playbooks.running.outcome import Change, Failure, HostOutcome, Outcome

FAILURE = Failure(
    role="base",
    task="Install",
    said=("E: no [space] left",),
    whole=("E: no [space] left", "and 40 more lines"),
    hint="make room",
)
CHANGE = Change(role="base", task="Write", diff=("--- before", "+++ after", "+[bold]new[/]"))


@pytest.fixture
def console() -> Console:
    """A log: no terminal, as wide as what stands in it."""
    return Console(file=io.StringIO(), width=UNBOUNDED, highlight=False)


def told(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def outcome(*hosts: HostOutcome, checked: bool = False) -> Outcome:
    return Outcome(
        site="s", playbook="site", checked=checked, seconds=75.0, hosts={host.host: host for host in hosts}
    )


def step(state: Literal["starting", "ok", "changed", "failed"], role: str = "base") -> Step:
    return Step(host="a", role=role, task="Write [it]", state=state, number=1)


def test_a_log_has_the_roles_and_what_changed_or_failed_and_no_more(console: Console) -> None:
    with HostDisplay(console, check=False) as watch:
        for each in (step("starting"), step("ok"), step("changed"), step("failed", role="docker")):
            watch(each)
    assert told(console) == (
        "base\n  a              changed base: Write [it]\ndocker\n  a              failed docker: Write [it]"
    )


def test_a_terminal_has_a_line_a_host_that_fits() -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    long = Step(host="a-host-12", role="base", task="Do " + "much " * 30, state="starting", number=101)
    with HostDisplay(console, check=False) as watch:
        watch(long)
    (line,) = {
        line.strip() for line in re.split(r"[\r\n]|\x1b\[[0-9;?]*[a-zA-Z]", told(console)) if "101" in line
    }
    assert "a-host-12" in line
    assert "base: Do much" in line
    assert len(line) <= 80


def test_a_check_says_what_would_change(console: Console) -> None:
    with HostDisplay(console, check=True) as watch:
        watch(step("changed"))
    assert "would change base: Write [it]" in told(console)


def test_a_failure_has_its_host_and_task_what_it_said_and_what_to_do(console: Console) -> None:
    show(console, outcome(HostOutcome(host="a", state="failed", ok=3, failure=FAILURE)))
    assert "✗ a: base: Install\n    E: no [space] left\n    what to do: make room" in told(console)
    assert "40 more" not in told(console)


def test_all_of_it_is_told_to_those_who_ask(console: Console) -> None:
    show(console, outcome(HostOutcome(host="a", state="failed", failure=FAILURE)), verbose=True)
    assert "and 40 more lines" in told(console)


def test_a_host_that_was_not_reached_is_never_called_done(console: Console) -> None:
    show(
        console,
        outcome(HostOutcome(host="a", state="not reached", ok=9), HostOutcome(host="b", state="done")),
    )
    assert "✗ a: the run ended before it was done; run it again" in told(console)


def test_drift_is_told_line_by_line_as_it_is_written(console: Console) -> None:
    host = HostOutcome(host="a", state="changed", ok=2, changes=(CHANGE,))
    show(console, outcome(host, checked=True), diff=True)
    assert "a base: Write\n  --- before\n  +++ after\n  +[bold]new[/]\n" in told(console)
    assert "would change" in told(console)
    assert "after 1 min 15 s" in told(console)
