"""Who holds Pulumi's lock, from the engine's words, and whether that process still lives."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from infra import locking
from infra.locking import Holder

SAID = """error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or
delete the lock file with `pulumi cancel`.
  file:///state/.pulumi/locks/organization/peakproof/shop/5f3c.json: created by ann@builder (pid 4711) at \
2026-11-29T10:00:00Z"""


def holder(process: int, *, host: str | None = None) -> Holder:
    return Holder(user="ann", host=host or socket.gethostname(), process=process, since="now")


@pytest.fixture
def gone() -> int:
    """A process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_the_holder_is_in_the_engines_message() -> None:
    (found,) = locking.holders(SAID)
    assert str(found) == "process 4711 of ann on builder, since 2026-11-29T10:00:00Z"
    assert locking.holders("another message") == []


def test_a_process_of_this_machine_that_ended_is_dead(gone: int) -> None:
    assert holder(gone).dead
    assert not holder(os.getpid()).dead
    assert locking.all_dead([holder(gone)])
    assert not locking.all_dead([holder(gone), holder(os.getpid())])


def test_of_another_machine_nothing_is_known(gone: int) -> None:
    elsewhere = holder(gone, host="builder")
    assert not elsewhere.dead
    assert not elsewhere.orphan


def test_nobody_at_all_is_not_known_to_be_dead() -> None:
    assert not locking.all_dead([])


def test_an_engine_whose_command_was_killed_is_an_orphan() -> None:
    # A shell starts the sleeper and ends at once, so that the machine's first process takes it over.
    started = subprocess.run(
        ["sh", "-c", "sleep 60 >/dev/null 2>&1 & echo $!"], capture_output=True, text=True, check=True
    )
    process = int(started.stdout)
    try:
        assert holder(process).orphan
    finally:
        os.kill(process, 9)


def test_an_engine_of_a_living_command_is_none() -> None:
    with subprocess.Popen(["sleep", "60"]) as ours:
        assert not holder(ours.pid).orphan
        ours.kill()
