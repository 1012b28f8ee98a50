"""A summary is there as a whole or not at all: what a generator wrote is read back, anything else is said."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from loadtests.recording import summary
from loadtests.recording.answers import Answers
from loadtests.recording.summary import Summary, Tested
from tests.loadtests import made

TESTED = Tested(rate=120.0, seconds=3, late=1, worst_ms=6.5, limit_ms=5.0, on_time=True)
WHOLE = replace(
    made.summary(),
    self_test=TESTED,
    exit_code=7,
    ended_itself=True,
    left_out={"requests of on_start": 64},
    sources={"journeys": "ab12"},
    machine={"cores": "2"},
    answers={"order/place": Answers(by_status=Counter({"201": 3, "no answer": 1}), wrong=1)},
    outcomes={"acknowledged": 3},
    totals={"order": {"wanted": 4}},
    dispatch_ms={"99": 1.5},
    versions={"python": "3.11"},
)


@pytest.mark.parametrize("written", [WHOLE, made.summary()])
def test_what_is_written_is_read_back(tmp_path: Path, written: Summary) -> None:
    summary.write(written, tmp_path)
    assert summary.read(tmp_path) == written


def test_nothing_but_the_whole_summary_is_ever_there(tmp_path: Path) -> None:
    summary.write(made.summary(), tmp_path)
    summary.write(WHOLE, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [summary.FILE]
    assert summary.read(tmp_path).exit_code == 7


def test_a_run_of_an_older_version_has_what_it_knew(tmp_path: Path) -> None:
    summary.write(made.summary(), tmp_path)
    path = tmp_path / summary.FILE
    found = json.loads(path.read_text())
    for name in ("answers", "machine", "sources", "left_out", "ended_itself"):
        del found[name]
    path.write_text(json.dumps(found))
    assert summary.read(tmp_path) == made.summary()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"run": "r"}',
        json.dumps({"format": 1, "self_test": {"rate": 1}}),
        json.dumps({"format": 1, "answers": [1]}),
        json.dumps({"format": 1, "answers": {"order": {}}}),
    ],
)
def test_what_is_no_whole_summary_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / summary.FILE).write_text(text)
    with pytest.raises(ValueError, match="the generator did not end well"):
        summary.read(tmp_path)


def test_a_generator_that_left_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"summary\.json: no whole summary"):
        summary.read(tmp_path)


def test_a_field_that_nobody_knows_is_no_summary_of_ours(tmp_path: Path) -> None:
    summary.write(made.summary(), tmp_path)
    path = tmp_path / summary.FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), "unheard-of": 1}))
    with pytest.raises(ValueError, match="no whole summary"):
        summary.read(tmp_path)
