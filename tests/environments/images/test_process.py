"""Programs of this machine are run to their end, or end with all their children when told to."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from environments.images.process import Finished, run
from foundation.errors import Interrupted
from tests.environments.images.running import until


def shell(script: str, stop: threading.Event) -> Finished:
    return run(["sh", "-c", script], stop=stop)


def test_status_and_both_outputs_are_told() -> None:
    finished = shell("echo one; echo two >&2; exit 3", threading.Event())
    assert finished == Finished(status=3, output="one\ntwo\n")


def test_a_failure_is_told_with_the_last_20_lines() -> None:
    finished = Finished(status=1, output="\n".join(f"line {number}" for number in range(50)) + "\n")
    error = finished.failure("it failed", hint="look", folder=Path("/there"))
    assert (str(error), error.hint) == ("/there: it failed", "look")
    assert error.detail == tuple(f"line {number}" for number in range(30, 50))


def test_a_full_disk_is_told_as_such() -> None:
    finished = Finished(status=2, output="tar: ./x: Cannot write: No space left on device\n")
    error = finished.failure("it failed", hint="look", folder=Path("/there"))
    assert str(error) == "/there: it failed: the disk is full"
    assert "df -h /there" in (error.hint or "")


def test_the_environment_is_the_given_one() -> None:
    finished = run(["/usr/bin/env"], stop=threading.Event(), environment={"ONLY": "this"})
    assert finished.output == "ONLY=this\n"


def test_a_child_ends_with_its_parent_when_told_to_stop(tmp_path: Path) -> None:
    stop, child = threading.Event(), tmp_path / "child"
    errors: list[BaseException] = []

    def work() -> None:
        try:
            shell(f"(echo $$; exec sleep 60) & echo $! > {child}; wait", stop)
        except Interrupted as error:
            errors.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    until(lambda: child.exists() and child.read_text().strip() != "", what=lambda: "the child runs")
    stop.set()
    worker.join(10)
    assert [type(error) for error in errors] == [Interrupted]
    pid = child.read_text().strip()
    until(lambda: not _runs(pid), what=lambda: f"the child {pid} has ended")


def _runs(pid: str) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_what_runs_as_root_is_ended_as_root() -> None:
    """`env` stands for sudo: both run what follows them."""
    stop = threading.Event()
    stop.set()
    began = time.monotonic()
    with pytest.raises(Interrupted):
        run(["sleep", "60"], stop=stop, as_root=["env", "ROOT=yes"])
    assert time.monotonic() - began < 5


def test_a_program_that_ignores_sigterm_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("environments.images.process._GRACE_S", 0.2)
    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted):
        shell("trap '' TERM; sleep 60 & wait; wait; wait", stop)
