"""What a locustfile defines is read before anything starts: users, shape, options, tags."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.loadtests.generator.programs import told

HERE = Path(__file__).parent
PROGRAM = """
import json, sys
from foundation.errors import InputError
from loadtests.planning.arrivals import Stream
from loadtests.generator.locustfiles import loading
from loadtests.planning.job import Job
from loadtests.planning.locustfile import Locust

path, *arguments = sys.argv[1:]
job = Job(
    run="r", target="http://127.0.0.1:9", journeys=path, streams=(Stream(journey="file"),), rate=10,
    duration=9.5,
    seed=1, output="out", locust=Locust(model="open", users=3, spawn_rate=2, arguments=tuple(arguments)),
)
try:
    found = loading.load(job, job.target)
except InputError as error:
    print(json.dumps({"error": str(error), "hint": error.hint}))
else:
    environment = found.environment(job.target)
    print(json.dumps({
        "users": [kind.__name__ for kind in found.users], "idle": found.idle,
        "tasks": {kind.__name__: [task.__name__ for task in kind.tasks] for kind in found.users},
        "weights": [kind.weight for kind in environment.user_classes],
        "shape": type(found.shape).__name__, "host": environment.host,
        "users wanted": found.options.num_users, "run time": found.options.run_time,
    }))
"""


def loaded(file: str, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = told(PROGRAM, str(HERE / file), *arguments)
    return found


def test_all_users_are_found_with_their_tasks_and_options() -> None:
    found = loaded("locustfile.py")
    assert sorted(found["users"]) == ["Checker", "Shopper"]
    assert found["idle"] == []
    assert found["host"] == "http://127.0.0.1:9"
    assert (found["users wanted"], found["run time"]) == (3, 10)
    assert found["shape"] == "NoneType"


def test_a_load_shape_is_found() -> None:
    assert loaded("shaped.py")["shape"] == "SixForASecond"


def test_users_can_be_chosen_by_name_and_made_equal() -> None:
    assert loaded("locustfile.py", "Checker")["users"] == ["Checker"]
    assert sorted(loaded("locustfile.py")["weights"]) == [1, 2]
    assert loaded("locustfile.py", "--equal-weights")["weights"] == [1, 1]


@pytest.mark.parametrize(
    ("arguments", "users", "idle"),
    [
        ((), ["Clerk", "Reader"], []),
        (("--tags", "read"), ["Reader"], ["Clerk"]),
        (("--tags", "read", "night"), ["Clerk", "Reader"], []),
        (("--exclude-tags", "work"), ["Reader"], ["Clerk"]),
    ],
)
def test_tags_leave_the_users_that_still_have_a_task(
    arguments: tuple[str, ...], users: list[str], idle: list[str]
) -> None:
    found = loaded("tagged.py", *arguments)
    assert (sorted(found["users"]), found["idle"]) == (users, idle)
    assert all(found["tasks"].values())


@pytest.mark.parametrize(
    ("file", "arguments", "error", "hint"),
    [
        ("none.py", (), "no such locustfile", "give a Python file"),
        ("../exchanging.py", (), "no User class", "it has: none"),
        ("locustfile.py", ("Nobody",), "no User class 'Nobody'", "Shopper"),
        ("locustfile.py", ("--flavor", "mint"), "unrecognized arguments: --flavor", None),
        ("locustfile.py", ("--headful",), "--headful is not for here", "see --web"),
        ("locustfile.py", ("--master",), "--master is not for here", "see --expect-workers"),
        (
            "tagged.py",
            ("--exclude-tags", "read", "work"),
            "the tags leave no task",
            "it has the tags: night, read, work",
        ),
    ],
)
def test_what_cannot_be_run_is_said(
    file: str, arguments: tuple[str, ...], error: str, hint: str | None
) -> None:
    found = loaded(file, *arguments)
    assert error in found["error"]
    assert hint is None or hint in found["hint"]


def test_a_file_that_fails_is_told_with_its_error(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise LookupError('no such shop')\n")
    assert "the locustfile fails: LookupError: no such shop" in loaded(str(broken))["error"]
