"""A playbook is run by the real Ansible, on this machine in place of hosts: what it does, says and leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from environments.lookup import PACKAGE
from foundation.errors import Unavailable
from foundation.secrets import Secret
from playbooks.inventory import Inventory
from playbooks.running.events import Step
from playbooks.running.outcome import Outcome
from playbooks.running.playing import Play, play
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


def test_hosts_are_changed_once_and_the_second_run_finds_nothing_to_do(tmp_path: Path) -> None:
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
    again, _ = played(trial(tmp_path, a={}, b={}))
    assert states(again) == {"a": "done", "b": "done"}
    assert again.exit_code == 0


def test_a_check_says_what_would_change_and_changes_nothing(tmp_path: Path) -> None:
    played(trial(tmp_path, a={}))
    (tmp_path / "a.txt").write_text("by hand\n")
    outcome, _ = played(trial(tmp_path, check=True, a={}))
    (change,) = outcome.hosts["a"].changes
    assert (change.role, change.task) == ("greeting", "Write the greeting")
    assert {"-by hand", "+hello a"} <= set(change.diff)
    assert (tmp_path / "a.txt").read_text() == "by hand\n"
    assert outcome.exit_code == 4


def test_a_failure_and_a_host_that_is_away_are_each_told_and_the_rest_is_done(tmp_path: Path) -> None:
    outcome, _ = played(trial(tmp_path, a={"greeting_fails": True}, b=NOWHERE, c={}))
    assert states(outcome) == {"a": "failed", "b": "unreachable", "c": "changed"}
    failure = outcome.hosts["a"].failure
    assert failure is not None
    assert (failure.role, failure.task) == ("greeting", "Do what fails")
    assert failure.said == ("No space left on device", "it ended with status 3")
    assert failure.hint == "make room on the host, then run it again"
    assert outcome.exit_code == 69


def test_a_host_that_failed_half_way_is_finished_by_the_next_run(tmp_path: Path) -> None:
    outcome, _ = played(trial(tmp_path, a={"greeting_fails": True}))
    assert outcome.exit_code == 1
    assert not (tmp_path / "a.done").exists()
    again, _ = played(trial(tmp_path, a={}))
    assert [change.task for change in again.hosts["a"].changes] == ["Write the end"]
    assert again.exit_code == 0


def test_a_run_may_be_limited_to_hosts(tmp_path: Path) -> None:
    outcome, _ = played(trial(tmp_path, only=("b",), a={}, b={}))
    assert states(outcome) == {"b": "changed"}
    assert not (tmp_path / "a.txt").exists()


def test_no_secret_is_in_what_is_kept_or_left_anywhere(tmp_path: Path, memory: Path) -> None:
    outcome, printed = played(trial(tmp_path, a={"greeting_fails": True}))
    assert TOKEN not in printed
    assert TOKEN not in json.dumps(outcome.to_dict())
    assert left(memory) == []
    assert not [path for path in Path("/tmp").glob("ansible*") if path.stat().st_mtime > time.time() - 60]


def test_a_persons_own_ansible_settings_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSIBLE_CHECK_MODE_MARKERS", "True")
    monkeypatch.setenv("ANSIBLE_LIBRARY", "/nonexistent")
    monkeypatch.setenv("ANSIBLE_RUN_TAGS", "nothing")
    monkeypatch.setenv("ANSIBLE_CONFIG", "/nonexistent")
    outcome, _ = played(trial(tmp_path, a={}))
    assert states(outcome) == {"a": "changed"}
    assert os.environ["ANSIBLE_RUN_TAGS"] == "nothing"


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
