"""Two workers at once, and what judges load alone, last."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

# Each test notes which worker ran it, and when it began and ended.
TESTS = """
import json, os, pathlib, time
import pytest

def noted(name):
    began = time.monotonic()
    time.sleep(0.1)
    with pathlib.Path("NOTES").open("a") as notes:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        notes.write(json.dumps([name, worker, began, time.monotonic()]) + "\\n")

@pytest.mark.quiet
@pytest.mark.integration
@pytest.mark.parametrize("number", range(2))
def test_quiet(number):
    noted("quiet")

@pytest.mark.integration
@pytest.mark.parametrize("number", range(3))
def test_docker(number):
    noted("docker")

@pytest.mark.parametrize("address", ["a@docker", "b@example.com", "c"])
def test_rest(address):
    noted("rest")
"""
Note = tuple[str, str, float, float]

# Passes only if another test, which leaves the sign OTHER, has begun or begins beside it.
TOGETHER = """
import pathlib, time
import pytest

MARK
def test_together():
    pathlib.Path("OWN").touch()
    deadline = time.monotonic() + 20
    while not pathlib.Path("OTHER").exists():
        assert time.monotonic() < deadline, "it was alone"
        time.sleep(0.01)
"""


@pytest.fixture
def project(pytester: pytest.Pytester, root: Path) -> pytest.Pytester:
    """A little project with our conftest and tests of all lanes."""
    for name in ("conftest", "lanes", "skips"):
        pytester.makefile(".py", **{f"tests/{name}": (root / "tests" / f"{name}.py").read_text()})
    pytester.makefile(".yaml", **{"tests/expected_skips": "[]"})
    pytester.makeini(
        "[pytest]\nmarkers =\n    integration\n    quiet\npythonpath = .\naddopts = --import-mode=importlib"
    )
    notes = pytester.path / "notes"
    pytester.makefile(".py", **{"tests/environments/test_it": TESTS.replace("NOTES", str(notes))})
    return pytester


def run(project: pytest.Pytester, *options: str) -> tuple[pytest.RunResult, list[Note]]:
    result = project.runpytest_subprocess("tests", *options)
    lines = (project.path / "notes").read_text().splitlines()
    return result, [tuple(json.loads(line)) for line in lines]


def overlap(one: Note, other: Note) -> bool:
    return one[2] < other[3] and other[2] < one[3]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_every_test_runs_once_and_quiet_ones_run_alone_and_last(
    project: pytest.Pytester, workers: str
) -> None:
    result, notes = run(project, "-n", workers)
    result.assert_outcomes(passed=8)
    assert sorted(name for name, *_ in notes) == ["docker"] * 3 + ["quiet"] * 2 + ["rest"] * 3
    assert [name for name, *_ in notes[-2:]] == ["quiet", "quiet"]
    ran_on = {name: {worker for lane, worker, *_ in notes if lane == name} for name, *_ in notes}
    assert len(ran_on["docker"]) == len(ran_on["rest"]) == 1
    assert (ran_on["docker"] == ran_on["rest"]) == (workers == "1")
    quiet = [note for note in notes if note[0] == "quiet"]
    assert not [(one, other) for one in quiet for other in notes if one != other and overlap(one, other)]


def test_a_worker_without_docker_s_tests_left_takes_files_of_the_others(project: pytest.Pytester) -> None:
    """One waits for three, which only the first worker can run: the second has one, and two to go on with."""
    wait(project, "environments/test_docker", here="docker", there="one", mark="@pytest.mark.integration")
    wait(project, "foundation/test_1", here="one", there="three")
    wait(project, "foundation/test_2", here="two", there="two")
    wait(project, "foundation/test_3", here="three", there="one")
    result, _ = run(project, "-n", "2")
    result.assert_outcomes(passed=12)


def wait(project: pytest.Pytester, file: str, *, here: str, there: str, mark: str = "") -> None:
    """Writes a test that leaves one sign and waits for the other."""
    signs = {"OWN": str(project.path / here), "OTHER": str(project.path / there), "MARK": mark}
    text = TOGETHER
    for word, meant in signs.items():
        text = text.replace(word, meant)
    project.makefile(".py", **{f"tests/{file}": text})


def test_a_failing_test_is_named_as_one_would_run_it_again(project: pytest.Pytester) -> None:
    test = project.path / "tests/environments/test_it.py"
    test.write_text(test.read_text().replace('noted("docker")', "assert not number"))
    result, _ = run(project, "-n", "2")
    result.assert_outcomes(passed=6, failed=2)
    result.stdout.fnmatch_lines(["FAILED tests/environments/test_it.py::test_docker[[]1[]] - *"])


def test_a_worker_that_dies_fails_the_run(project: pytest.Pytester) -> None:
    test = project.path / "tests/environments/test_it.py"
    test.write_text(test.read_text().replace('noted("docker")', "import os; os._exit(1)"))
    result, _ = run(project, "-n", "2", "--max-worker-restart", "0")
    assert result.ret != pytest.ExitCode.OK


def test_without_workers_all_run_in_one_row_quiet_ones_last(project: pytest.Pytester) -> None:
    result, notes = run(project)
    result.assert_outcomes(passed=8)
    assert [name for name, *_ in notes] == ["rest"] * 3 + ["docker"] * 3 + ["quiet"] * 2
