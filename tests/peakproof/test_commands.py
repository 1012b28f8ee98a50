"""The command line of a rehearsal and of the root: bad input is answered at once, without Docker."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from foundation.errors import Unavailable
from peakproof import commands
from peakproof.cli import ROOMS
from peakproof.rehearsal import Ended
from tests.environments.commanding import run_here
from tests.peakproof.kiosks import COMMAND, NOWHERE, TINY, Plan, command, written
from tests.peakproof.report import samples

SUBCOMMANDS = [
    ["env", "up"], ["env", "down"], ["env", "list"], ["env", "status"], ["env", "logs"], ["env", "extend"],
    ["anonymize", "run"], ["anonymize", "check"], ["anonymize", "verify"],
    ["anonymize", "discover"], ["anonymize", "preview"],
    ["load", "run"], ["infra", "check"], ["faults", "list"],
]  # fmt: skip


def here(*words: str) -> subprocess.CompletedProcess[str]:
    """`peakproof WORDS` without Docker; in this process, as there are many of them."""
    return run_here(*words, env=NOWHERE)


def test_the_overview_lists_every_here() -> None:
    done = here("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in ROOMS)


@pytest.mark.parametrize("words", [[], *([name] for name in ROOMS), *SUBCOMMANDS], ids=" ".join)
def test_every_command_explains_itself_with_an_example(words: list[str]) -> None:
    done = here(*words, "--help")
    assert done.returncode == 0, done.stderr
    assert f"peakproof {' '.join(words)}".strip() in done.stdout
    assert "Example: peakproof" in done.stdout or (len(words) == 1 and "Commands" in done.stdout)


def test_the_version_is_told() -> None:
    assert here("--version").stdout.startswith("peakproof ")


@pytest.mark.parametrize(
    "words",
    [["rehearze"], ["rehearse", "--kep"], ["rehearse", "a", "b"], ["env", "upp"], ["load", "run", "--rate"]],
    ids=" ".join,
)
def test_a_wrong_command_line_is_answered_with_2_and_no_traceback(words: list[str]) -> None:
    done = here(*words)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "error:" in done.stderr


def test_a_wrong_plan_is_answered_with_every_problem_and_docker_is_not_touched(tmp_path: Path) -> None:
    plan = written(
        tmp_path,
        "wrong",
        Plan(
            load={"profile": "constnt"},
            timeline=[{"at": "60s", "kill": "til.any"}, {"at": "1s", "kil": "till.any"}],
            slo=["bok p99 < 1s", "errors < 1"],
        ),
    )
    done = here("rehearse", str(plan.path), "--json", "--out", str(tmp_path / "report"))
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "6 problems in" in done.stderr
    said = done.stderr.replace("\n", " ")
    for hint in ("'constant'", "'till.any'", "'kill'", "'book'", "after the load", "percentage"):
        assert hint in said, done.stderr
    assert said.count(f"{plan.path}:") >= 6
    assert not (tmp_path / "report").exists()


def test_a_wrong_policy_is_answered_before_docker_is_touched(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "tiny")
    policy = tmp_path / "tiny" / "kiosk" / "policy.yaml"
    policy.write_text(policy.read_text().replace("transform: email", "transform: emial"))
    done = here("rehearse", str(tmp_path / "tiny" / "season.yaml"), "--out", str(tmp_path / "report"))
    assert done.returncode == 2, done.stderr
    assert "did you mean 'email'?" in done.stderr.replace("\n", " ")
    assert "policy.yaml:" in done.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["rehearse", "laptob"], "did you mean 'laptop'?"),
        (["rehearse", "./nowhere.yaml"], "no season './nowhere.yaml'"),
        (["rehearse", "--ttl", "8 moons"], "--ttl"),
    ],
)
def test_a_wrong_word_on_the_command_line_is_told(root: Path, words: list[str], expected: str) -> None:
    done = subprocess.run(
        [str(COMMAND), *words], capture_output=True, text=True, cwd=root, env={**os.environ, **NOWHERE}
    )
    assert done.returncode == 2, done.stderr
    assert expected in done.stderr


def test_a_folder_that_holds_a_report_is_not_written_over(tmp_path: Path) -> None:
    plan = written(tmp_path, "twice", Plan())
    plan.out.mkdir()
    (plan.out / "results.json").write_text("evidence")
    done = here("rehearse", str(plan.path), "--out", str(plan.out))
    assert done.returncode == 2, done.stderr
    assert "there is a report in that folder already" in done.stderr
    assert (plan.out / "results.json").read_text() == "evidence"


def test_a_place_where_no_report_can_be_written_is_told_before_anything_starts(tmp_path: Path) -> None:
    plan = written(tmp_path, "nowhere", Plan())
    done = here("rehearse", str(plan.path), "--out", str(plan.path / "report"))
    assert done.returncode == 2, done.stderr
    assert "no report can be written there: Not a directory" in done.stderr


def test_a_report_that_cannot_be_written_does_not_hide_the_verdict(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, where a folder is needed")
    ended = Ended(results=samples.lost_orders(), interrupted=False, error=None)
    with pytest.raises(Unavailable, match="FAIL, but the report cannot be written: Not a directory"):
        commands._reported(ended, tmp_path / "file" / "report")


def test_without_docker_a_right_plan_says_what_is_missing_and_leaves_no_report(tmp_path: Path) -> None:
    plan = written(tmp_path, "undocked", Plan())
    done = here("rehearse", str(plan.path), "--json", "--out", str(plan.out))
    assert done.returncode == 69
    assert done.stdout == ""
    assert "Docker" in done.stderr
    assert "what to do:" in done.stderr
    assert "Traceback" not in done.stderr
    assert not plan.out.exists()


@pytest.fixture
def bug(tmp_path: Path) -> dict[str, str]:
    """An environment in which a command meets what nobody thought of."""
    (tmp_path / "sitecustomize.py").write_text(
        "import foundation.documents\n"
        "def read(path):\n"
        "    raise ZeroDivisionError('nobody thought of this')\n"
        "foundation.documents.read = read\n"
    )
    return {**NOWHERE, "PYTHONPATH": str(tmp_path)}


def test_a_bug_of_ours_is_called_one_and_shows_no_traceback(bug: dict[str, str]) -> None:
    done = command("rehearse", "laptop", environment=bug)
    assert done.returncode == 70
    assert "this is a bug in peakproof: ZeroDivisionError: nobody thought of this" in done.stderr
    assert "--verbose" in done.stderr
    assert "Traceback" not in done.stderr


def test_verbose_shows_where_a_bug_is(bug: dict[str, str]) -> None:
    done = command("rehearse", "laptop", "--verbose", environment=bug)
    assert done.returncode == 70
    assert "Traceback" in done.stderr
    assert "sitecustomize" in done.stderr
