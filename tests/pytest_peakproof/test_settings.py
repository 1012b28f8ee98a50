"""Where the settings of a suite come from, and where the command is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_peakproof.command import CommandFailed

from pytest_peakproof import command, settings
from tests.pytest_peakproof.suites import suite

pytest_plugins = ["pytester"]
ONE = "def test_one(peakproof_env): pass"


def program(folder: Path) -> Path:
    folder.mkdir(parents=True)
    path = folder / "peakproof"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_command_is_the_one_that_is_named_else_beside_python_else_on_path(tmp_path: Path) -> None:
    variables = {"PATH": str(tmp_path / "path")}
    interpreter = tmp_path / "venv" / "bin" / "python"
    with pytest.raises(CommandFailed, match="PEAKPROOF_COMMAND"):
        command.found(variables, interpreter)
    on_path = program(tmp_path / "path")
    assert command.found(variables, interpreter) == [str(on_path)]
    beside = program(interpreter.parent)
    assert command.found(variables, interpreter) == [str(beside)]
    named = {**variables, "PEAKPROOF_COMMAND": "python3 -m 'my own'"}
    assert command.found(named, interpreter) == ["python3", "-m", "my own"]


@pytest.mark.parametrize(("text", "expected"), [("90s", 90), ("5m", 300), ("2h", 7200)])
def test_a_lease_is_a_time(text: str, expected: float) -> None:
    assert settings.seconds(text) == expected


@pytest.mark.parametrize(("key", "wrong"), [("lease", "soon"), ("log_lines", "many")])
def test_what_is_no_time_or_number_is_told_before_any_test(
    pytester: pytest.Pytester, key: str, wrong: str
) -> None:
    mine = suite(pytester)
    mine.write(ONE, definition="shop", **{key: wrong})
    ended = mine.run()
    assert ended.ret == pytest.ExitCode.USAGE_ERROR
    ended.stderr.fnmatch_lines([f"*peakproof_{key} is a *, not '{wrong}'*"])


def test_a_path_in_pytest_ini_is_one_beside_it_and_the_command_line_comes_first(
    pytester: pytest.Pytester,
) -> None:
    mine = suite(pytester)
    mine.write(ONE, definition="shop.yaml")
    below = mine.folder / "below"
    below.mkdir()
    (below / "test_below.py").write_text(ONE)
    pytester.chdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(below)
        mine.run("test_below.py").assert_outcomes(passed=1)
        mine.run("test_below.py", "--peakproof-definition", "./other.yaml").assert_outcomes(passed=1)
    first, second = (Path(call[1]) for call in mine.calls("up"))
    assert first == mine.folder / "shop.yaml"
    assert second == below / "other.yaml"


def test_without_a_definition_it_says_how_to_name_one(pytester: pytest.Pytester) -> None:
    mine = suite(pytester)
    mine.write(ONE)
    mine.run().stdout.fnmatch_lines(["*peakproof_definition in pytest.ini, or --peakproof-definition*"])
    assert mine.calls() == []


def test_a_command_that_is_not_there_is_told(pytester: pytest.Pytester) -> None:
    mine = suite(pytester)
    mine.write(ONE, definition="shop")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PEAKPROOF_COMMAND", "/nowhere/peakproof")
        mine.run().stdout.fnmatch_lines(["*`/nowhere/peakproof env up shop*` cannot be run*"])
