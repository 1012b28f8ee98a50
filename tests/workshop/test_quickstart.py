"""docs/quickstart.md says what is: every key of a plan, every exit code, and no command that there is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from environments.cli import app
from foundation.errors import ExitCode
from peakproof.cli import ROOMS
from peakproof.plan import DataInput, EnvironmentInput, LoadInput, SeasonInput


@pytest.fixture
def text(root: Path) -> str:
    return (root / "docs" / "quickstart.md").read_text(encoding="utf-8")


def rows(text: str, title: str) -> dict[str, str]:
    """The first cell of each row of a section's table, and the rest."""
    section = text.split(f"## {title}")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `?(\w+)`? \| (.*) \|$", section, re.MULTILINE))


def test_every_key_of_a_plan_is_told(text: str) -> None:
    told = rows(text, "Change the plan")
    assert set(told) - {"key"} == set(SeasonInput.model_fields)
    for key, model in (("environment", EnvironmentInput), ("data", DataInput), ("load", LoadInput)):
        silent = [name for name in model.model_fields if f"`{name}`" not in told[key]]
        assert [name for name in silent if f"`{name}:" not in told[key]] == [], key


def test_every_exit_code_is_told(text: str) -> None:
    told = rows(text, "Exit codes")
    assert {int(code) for code in told if code.isdigit()} == {int(code) for code in ExitCode}


def test_every_command_that_is_shown_is_one(text: str) -> None:
    shown = re.findall(r"^\.venv/bin/peakproof (\w+)(?: (\w+))?", text, re.MULTILINE)
    env = typer.main.get_command(app)
    assert hasattr(env, "commands")
    assert {room for room, _ in shown} <= set(ROOMS)
    assert {verb for room, verb in shown if room == "env"} <= set(env.commands)
    assert len(shown) >= 5
