"""What Locust's request event tells becomes a series, a time, a status and a kind of failure."""

from __future__ import annotations

from typing import Any

import pytest

from tests.loadtests.generator.programs import told

PROGRAM = """
import json, tempfile
from pathlib import Path
from types import SimpleNamespace
from loadtests.generator.locustfiles.hearing import Names, nanoseconds, told
from loadtests.generator.recorder import Recorder

recorder = Recorder(Path(tempfile.mkdtemp()), give_way=lambda _: None)
names = Names("file")
def heard(response_time=30.0, **more):
    found = told("file/get-x", {"response_time": response_time, **more})
    found.record(recorder, "file", 1_500_000_000)
    return found.value, found.status, found.problem.kind if found.problem else None

said = {
    "well": heard(response=SimpleNamespace(status_code=200)),
    "of its own": heard(response_time=None),
    "broken": heard(exception=ConnectionRefusedError(111, "here"), response=SimpleNamespace(status_code=0)),
    "refused": heard(exception=ValueError("500 for /x/1"), response=SimpleNamespace(status_code=500)),
    "words": heard(exception="took 3.25 s"),
}
print(json.dumps({
    "said": said, "attempts": recorder.count("file", 1_500_000_000).attempts,
    "errors": recorder.count("file", 1_500_000_000).attempt_errors,
    "answers": recorder.answers["file/get-x"].document(), "kinds": recorder.kinds,
    "times": sorted(recorder.times("file/get-x", 1_500_000_000).response),
    "names": [names.series("GET", f"/page/x{number}y") for number in (0, *range(1001))][::1001],
    "again": names.series("GET", "/page/x0y"), "empty": names.series(None, None),
    "nanoseconds": [nanoseconds(1.5), nanoseconds("soon")],
}))
"""


@pytest.fixture(scope="module")
def heard() -> dict[str, Any]:
    found: dict[str, Any] = told(PROGRAM)
    return found


def test_a_request_has_its_time_and_its_status(heard: dict[str, Any]) -> None:
    assert heard["said"]["well"] == [30_000_000, 200, None]
    assert heard["said"]["of its own"] == [0, None, None], "what has no time to tell took none"


def test_what_was_wrong_is_a_kind_without_what_differs(heard: dict[str, Any]) -> None:
    assert heard["said"]["broken"] == [30_000_000, None, "file/get-x: ConnectionRefusedError"]
    assert heard["said"]["refused"] == [30_000_000, 500, "file/get-x: status 500"]
    assert heard["said"]["words"][2] == "file/get-x: took … s"
    assert set(heard["kinds"].values()) == {1}


def test_every_request_is_counted_with_its_answer(heard: dict[str, Any]) -> None:
    assert (heard["attempts"], heard["errors"]) == (5, 3)
    assert heard["answers"] == {"wrong": 3, "by_status": {"200": 1, "no answer": 2, "well": 1, "500": 1}}
    assert heard["times"] == [0, *[30_000_000] * 4]


def test_from_the_thousandth_name_on_all_are_others(heard: dict[str, Any]) -> None:
    assert heard["names"] == ["file/get-page-x0y", "file/others"]
    assert heard["again"] == "file/get-page-x0y"
    assert heard["empty"] == "file/others", "also one without method and name"
    assert heard["nanoseconds"] == [1_500_000, 0]
