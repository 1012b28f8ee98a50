"""What people see while an environment comes up: a line a node that stays only where nothing redraws it."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from environments.containers.building import NodeEvent
from environments.display import NodeDisplay


def shown(*events: NodeEvent, terminal: bool) -> str:
    output = io.StringIO()
    console = Console(file=output, force_terminal=terminal, width=100, color_system=None)
    with NodeDisplay(console) as display:
        for event in events:
            display(event)
    return output.getvalue()


STARTING = NodeEvent(node="api-1", state="starting", seconds=0.0)
READY = NodeEvent(node="api-1", state="ready", seconds=1.5)
FAILED = NodeEvent(node="api-1", state="failed", seconds=2.0)


def test_without_a_terminal_each_end_is_a_line() -> None:
    assert shown(STARTING, READY, terminal=False) == "  api-1          ready after 1.5 s\n"


@pytest.mark.parametrize("terminal", [True, False])
def test_a_failure_stays_to_be_read(terminal: bool) -> None:
    assert "api-1          failed after 2.0 s" in shown(STARTING, FAILED, terminal=terminal)


def test_on_a_terminal_what_went_well_is_gone_in_the_end() -> None:
    assert "ready after" not in shown(STARTING, READY, terminal=True)
