"""Folders of a run that broke in any way: reading them says what is wrong and never fails."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.errors import InputError
from loadtests import commands
from loadtests.distributed import clocks
from loadtests.judging.measurements import Measurements, read
from loadtests.recording import counters, latency_log, ledger, summary
from tests.loadtests.judging.test_measurements import folder

FILES = (counters.FILE, latency_log.FILE, ledger.FILE, summary.FILE, summary.ERRORS)
FAILURE = {"kind": "order: status 404", "journey": "order", "second": 1, "count": 2, "traceback": "…"}
BAD_COUNTS: list[object] = [None, [], {}, "x", 1.5]
VALUES = [None, 3, -1.5, "x", "7", [], {}, [3], {"x": 3}, True]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that went well, with a failure."""
    found = tmp_path_factory.mktemp("run")
    (folder(found) / summary.ERRORS).write_text(json.dumps([FAILURE]))
    assert read(found).problems == ()
    return found


def broken(whole: Path, name: str, content: bytes) -> Measurements:
    """What is read where one file has another content; everything that is judged can be judged."""
    copy = whole.with_name(f"{whole.name}-broken")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(whole, copy)
    (copy / "worker-0" / name).write_bytes(content)
    measured = read(copy)
    commands.judged(measured, [])
    return measured


@settings(max_examples=60)
@given(data=st.data())
def test_a_file_that_was_cut_anywhere_is_a_problem_and_no_failure(whole: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FILES))
    content = (whole / "worker-0" / name).read_bytes()
    kept = data.draw(st.integers(0, len(content) - 2))
    assert broken(whole, name, content[:kept]).problems


@settings(max_examples=80)
@given(data=st.data())
def test_a_file_with_any_other_bytes_in_it_fails_nothing(whole: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FILES))
    content = (whole / "worker-0" / name).read_bytes()
    at = data.draw(st.integers(0, len(content)))
    other = data.draw(st.binary(max_size=6))
    broken(whole, name, content[:at] + other + content[at + data.draw(st.integers(0, 6)) :])


@pytest.mark.parametrize("value", VALUES, ids=json.dumps)
@pytest.mark.parametrize("name", [counters.FILE, ledger.FILE, summary.FILE, summary.ERRORS])
def test_json_of_another_kind_is_a_problem(whole: Path, name: str, value: object) -> None:
    if (name, value) != (summary.ERRORS, []):
        assert broken(whole, name, f"{json.dumps(value)}\n".encode()).problems


@pytest.mark.parametrize("key", ["second", "journey", "running", "wanted", "done", "completed"])
def test_a_count_that_is_no_number_is_a_problem(whole: Path, key: str) -> None:
    line = json.loads((whole / "worker-0" / counters.FILE).read_text().splitlines()[0])
    for value in BAD_COUNTS:
        if not (key == "journey" and value == "x"):
            changed = json.dumps({**line, key: value}) + "\n"
            assert broken(whole, counters.FILE, changed.encode()).problems, value


@pytest.mark.parametrize("key", ["second", "count"])
def test_a_failure_of_another_kind_is_a_problem(whole: Path, key: str) -> None:
    for value in BAD_COUNTS[:3]:
        changed = json.dumps([{**FAILURE, key: value}, FAILURE, FAILURE])
        assert broken(whole, summary.ERRORS, changed.encode()).problems, value


def test_a_job_of_another_kind_is_refused_with_its_file(whole: Path) -> None:
    for content in (b"", b"{}", b"[]", b"\xff"):
        with pytest.raises(InputError) as refused:
            broken(whole, "job.json", content)
        assert "job.json" in str(refused.value)


@pytest.mark.parametrize("value", VALUES, ids=json.dumps)
def test_a_crew_of_another_kind_is_a_problem(whole: Path, value: object) -> None:
    (whole / clocks.FILE).write_text(json.dumps({"workers": value, "exit_code": None}))
    try:
        assert bool(read(whole).problems) is (value not in ([], {}))
    finally:
        (whole / clocks.FILE).unlink()
