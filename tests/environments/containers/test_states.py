"""A node that has done its work is told from one that crashed."""

from __future__ import annotations

import pytest

from environments.containers.states import described
from environments.nodes import Lifecycle

ALWAYS, ONCE = Lifecycle.ALWAYS, Lifecycle.ONCE


@pytest.mark.parametrize(
    ("lifecycle", "status", "code", "expected"),
    [
        (ALWAYS, "running", 0, "running"),
        (ALWAYS, "paused", 0, "paused"),
        (ALWAYS, "exited", 137, "crashed (137)"),
        (ALWAYS, "exited", 0, "ended"),
        (ONCE, "exited", 0, "done"),
        (ONCE, "exited", 3, "failed (3)"),
        (ONCE, "running", 0, "running"),
        (ALWAYS, "created", 0, "created"),
    ],
)
def test_a_state_is_one_word(lifecycle: Lifecycle, status: str, code: int, expected: str) -> None:
    assert described(lifecycle, status, {"ExitCode": code}) == expected


def test_a_node_without_memory_says_so() -> None:
    assert described(ALWAYS, "exited", {"ExitCode": 137, "OOMKilled": True}) == "crashed (out of memory)"
