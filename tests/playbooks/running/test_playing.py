"""A playbook is run by the real Ansible, on this machine in place of hosts: what it does, says and leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from environments.lookup import PACKAGE
from foundation.errors import Unavailable
from foundation.secrets import Secret
from playbooks.inventory import Inventory
from playbooks.running.events import Step
from playbooks.running.outcome import Outcome
from playbooks.running.playing import Play, play
from playbooks.running.scrubbing import MASK
from tests.environments.commanding import eventually

TRIAL = Path(__file__).parent / "trial"
SECONDS = 1_000_000 + os.getpid()  # of a task that nobody waits for, and nobody else begins
TOKEN = "t0ken-{{ 7 * 6 }}-of-the-greeting"
NOWHERE = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}


def trial(
    folder: Path, *, only: tuple[str, ...] = (), check: bool = False, **per_host: Mapping[str, object]
) -> Play:
    here = {"ansible_connection": "local", "greeting_folder": str(folder), "greeting_token": Secret(TOKEN)}
    hosts: dict[str, dict[str, object]] = {name: {**here, **more} for name, more in per_host.items()}
    return Play(
        inventory=Inventory(site="trial", hosts=hosts, groups={"hosts": tuple(hosts)}),
        playbook=TRIAL / "site.yml",
        roles=TRIAL / "roles",
        only=only,
        check=check,
        diff=check,
        secrets=frozenset({TOKEN}),
    )


def played(wanted: Play) -> tuple[Outcome, str]:
    return play(wanted, lambda _step: None)


def states(outcome: Outcome) -> dict[str, str]:
    return {name: host.state for name, host in outcome.hosts.items()}


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in memory for the runs of one test, so that others' are none of its business."""
    with tempfile.TemporaryDirectory(prefix="t-", dir="/dev/shm") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


def left(memory: Path) -> list[Path]:
    return list(memory.glob("*"))


def test_hosts_are_changed_once_and_a_check_tells_what_was_changed_by_hand(tmp_path: Path) -> None:
    steps: list[Step] = []
    outcome, _ = play(trial(tmp_path, a={}, b={}), steps.append)
    assert states(outcome) == {"a": "changed", "b": "changed"}
    assert [change.task for change in outcome.hosts["a"].changes] == [
        "Write the greeting",
        "Write the token",
        "Write the end",
    ]
    assert (tmp_path / "b.txt").read_text() == "hello b\n"
    assert (tmp_path / "a.token").read_text() == TOKEN, "a secret is no template"
    assert {step.role for step in steps} == {"greeting"}
    (tmp_path / "a.txt").write_text("by hand\n")
    checked, _ = played(trial(tmp_path, check=True, a={}, b={}))
    (change,) = checked.hosts["a"].changes
    assert (change.role, change.task) == ("greeting", "Write the greeting")
    assert {"-by hand", "+hello a"} <= set(change.diff)
    assert checked.hosts["b"].state == "done"
    assert (tmp_path / "a.txt").read_text() == "by hand\n", "a check changes nothing"
    assert checked.exit_code == 4


def test_each_host_ends_as_it_does_and_what_is_left_over_is_done_by_the_next_run(
    tmp_path: Path, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LIBRARY", "CONFIG", "RUN_TAGS", "STRATEGY"):  # a person's own, which change nothing
        monkeypatch.setenv(f"ANSIBLE_{name}", "/nonexistent")
    outcome, printed = played(trial(tmp_path, a={"greeting_fails": True}, b=NOWHERE, c={}))
    assert states(outcome) == {"a": "failed", "b": "unreachable", "c": "changed"}
    failure = outcome.hosts["a"].failure
    assert failure is not None
    assert (failure.role, failure.task) == ("greeting", "Do what fails")
    assert failure.said == (f"said {MASK}", "No space left on device", "it ended with status 3")
    assert failure.hint == "make room on the host, then run it again"
    assert outcome.exit_code == 69
    assert MASK in printed
    assert TOKEN not in printed
    assert TOKEN not in json.dumps(outcome.to_dict())
    assert left(memory) == []
    assert os.environ["ANSIBLE_CONFIG"] == "/nonexistent"
    assert not (tmp_path / "a.done").exists()
    again, _ = played(trial(tmp_path, only=("a",), a={}, b=NOWHERE))
    assert states(again) == {"a": "changed"}, "b was left out"
    assert [change.task for change in again.hosts["a"].changes] == ["Write the end"]
    assert again.exit_code == 0


def test_where_hosts_take_turns_those_after_a_failure_are_not_done(tmp_path: Path) -> None:
    wanted = trial(tmp_path, a={}, b={"greeting_fails": True}, c={})
    turns = replace(wanted, playbook=TRIAL / "turns.yml")
    assert states(played(turns)[0]) == {"a": "changed", "b": "failed", "c": "not reached"}


def test_a_playbook_that_cannot_be_read_is_told_in_ansibles_words(tmp_path: Path) -> None:
    broken = tmp_path / "site.yml"
    broken.write_text("- hosts: hosts\n  roles: [absent]\n")
    wanted = trial(tmp_path, a={})
    with pytest.raises(Unavailable, match="Ansible did not begin") as caught:
        played(Play(inventory=wanted.inventory, playbook=broken, roles=wanted.roles))
    assert any("absent" in line for line in caught.value.detail)


RUNNING = """
import sys
from pathlib import Path
from foundation import console
from playbooks.running.playing import play
from tests.playbooks.running.test_playing import trial
import signal, time
signal.signal(signal.SIGINT, console.interrupter(time.monotonic))
def told(step):
    if step.task == "Take some time": print("waiting", flush=True)
try:
    play(trial(Path(sys.argv[1]), a={"greeting_waits": int(sys.argv[2])}), told)
except KeyboardInterrupt:
    sys.exit(130)
"""


def begun(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNING, str(folder), str(SECONDS)],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(PACKAGE)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    eventually(asleep, within=20, what="the task has begun")
    return process


def asleep() -> bool:
    return subprocess.run(["pgrep", "-f", f"^sleep {SECONDS}$"], capture_output=True).returncode == 0


def test_an_interrupted_run_ends_what_it_is_at_and_leaves_nothing(tmp_path: Path, memory: Path) -> None:
    process = begun(tmp_path)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    assert not asleep()
    assert left(memory) == []


def test_a_killed_run_changes_no_more_and_the_next_one_removes_what_it_left(
    tmp_path: Path, memory: Path
) -> None:
    process = begun(tmp_path)
    process.kill()
    process.wait()
    eventually(lambda: not asleep(), within=20, what="the task has ended")
    assert left(memory) != []
    played(trial(tmp_path, a={}))
    assert left(memory) == []
