"""Who changed which stack, when, and how it ended: one line a beginning and one an end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from foundation.errors import Interrupted, Unavailable
from infra import audit


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in audit.path().read_text(encoding="utf-8").splitlines()]


def test_a_change_leaves_how_it_began_and_how_it_ended() -> None:
    with audit.kept("up", "shop", definition="production"):
        assert [line["result"] for line in lines()] == ["begun"]
    began, ended = lines()
    assert (began["command"], began["stack"], began["definition"]) == ("up", "shop", "production")
    assert ended["result"] == "ok"
    assert ended["seconds"] >= 0
    assert "@" in ended["who"]


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (Unavailable("store-1 was not ready in time"), "failed: store-1 was not ready in time"),
        (Interrupted("stopped"), "interrupted"),
        (KeyboardInterrupt(), "interrupted"),
        (ValueError("hunter2"), "failed: ValueError"),
    ],
)
def test_what_did_not_end_well_says_how(error: BaseException, result: str) -> None:
    with pytest.raises(type(error)), audit.kept("destroy", "shop"):
        raise error
    assert lines()[-1]["result"] == result


def test_lines_are_added_and_nobody_else_may_read_them() -> None:
    audit.write("up", "one", result="ok")
    audit.write("up", "two", result="ok")
    assert [line["stack"] for line in lines()] == ["one", "two"]
    assert audit.path().stat().st_mode & 0o077 == 0
