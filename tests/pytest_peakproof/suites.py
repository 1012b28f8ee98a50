"""Suites of tests as users write them, run by a pytest of their own; and a command that only answers.

What the real command does is in test_environments.py; here it is what it is asked, and when.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from environments.lookup import PACKAGE
from tests.environments.commanding import COMMAND

SOURCE = PACKAGE / "pytest_peakproof" / "src"
PLUGIN = ("-p", "pytest_peakproof.plugin")
STUB = """
import json, pathlib, signal, sys, time
home = pathlib.Path(__file__).parent

def note(*words):
    with (home / "calls").open("a") as file:
        file.write(json.dumps(words) + "\\n")

def interrupted(*_):
    note("interrupted")
    sys.exit(130)

signal.signal(signal.SIGINT, interrupted)
answer = json.loads((home / "answers.json").read_text())[sys.argv[2]]
note(*sys.argv[2:])
if "fails" in answer:
    sys.exit(answer["fails"])
time.sleep(answer.get("takes", 0))
print(answer["text"] if "text" in answer else json.dumps(answer))
"""
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "list": {"environments": []},
    "up": {"name": "mine", "endpoints": {"front": "http://127.0.0.1:21000"}},
    "status": {
        "seconds_left": 300,
        "nodes": {"web-1": "running", "store-1": "crashed (137)", "once-1": "done"},
    },
    "logs": {"text": "web-1 | the last words"},
    "extend": {"text": ""},
    "down": {"text": ""},
}


@dataclass(frozen=True, kw_only=True)
class Suite:
    """A user's folder with pytest.ini and tests, and what its command was asked."""

    pytester: pytest.Pytester

    @property
    def folder(self) -> Path:
        return self.pytester.path

    def write(self, tests: str, **ini: str) -> None:
        lines = [f"peakproof_{key} = {value}" for key, value in ini.items()]
        self.pytester.makeini("\n".join(["[pytest]", *lines]))
        self.pytester.makepyfile(tests)

    def answers(self, **other: Mapping[str, Any]) -> None:
        """What the command says, where that is not the usual."""
        (self.folder / "answers.json").write_text(json.dumps({**ANSWERS, **other}))

    def run(self, *options: str) -> pytest.RunResult:
        """The suite, run to its end."""
        workers = ("-p", "xdist.plugin") if "-n" in options else ()
        return self.pytester.runpytest_subprocess(*workers, *PLUGIN, *options, timeout=200)

    def calls(self, verb: str = "") -> list[list[str]]:
        """What the command was asked, in order: all of it, or that of one verb."""
        path = self.folder / "calls"
        calls = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [call for call in calls if verb in ("", call[0])]


def suite(pytester: pytest.Pytester, *, real: bool = False) -> Suite:
    """A folder for a suite, whose command is the real one, or one that only answers."""
    made = Suite(pytester=pytester)
    stub = pytester.path / "stub.py"
    stub.write_text(STUB)
    made.answers()
    words = COMMAND if real else (sys.executable, str(stub))
    pytester._monkeypatch.setenv("PEAKPROOF_COMMAND", shlex.join(words))
    pytester._monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # only what the suite itself needs
    pytester._monkeypatch.setenv("PYTHONPATH", f"{SOURCE}:{PACKAGE}")
    return made
