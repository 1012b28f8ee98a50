"""`infra check` through the command line, on the real laptop definition."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from foundation import console
from foundation.errors import ExitCode
from infra import programs
from infra.cli import app
from infra.stack import Stack


@pytest.fixture(autouse=True)
def _in_the_project(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that makes one node too few and gives another less memory."""
    honest = programs.program

    def program(stack: Stack) -> object:
        topology = stack.instance.topology
        nodes = tuple(
            replace(node, resources=replace(node.resources, memory=64 * 1024**2))
            if node.name == "api-2"
            else node
            for node in topology.nodes
            if node.name != "worker-1"
        )
        fewer = replace(topology, nodes=nodes)
        return honest(replace(stack, instance=replace(stack.instance, topology=fewer)))

    monkeypatch.setattr(programs, "program", program)


def test_the_laptop_is_as_the_topology_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert console.run(app, ["check", "laptop"]) == ExitCode.OK
    printed = capsys.readouterr()
    assert "10 nodes, 3 networks, 2 volumes as the topology says" in printed.err
    assert "not compared: processes" in printed.err
    assert printed.out == ""


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert console.run(app, ["check", "laptop", "--site", "laptop", "--json"]) == ExitCode.OK
    document = json.loads(capsys.readouterr().out)
    assert document["same"] is True
    assert (document["nodes"], document["networks"], document["volumes"]) == (10, 3, 2)
    assert document["differences"] == []


@pytest.mark.usefixtures("forgetful")
def test_differences_end_with_4_and_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert console.run(app, ["check", "laptop"]) == ExitCode.DIFFERENT
    shown = capsys.readouterr().err
    assert "node worker-1" in shown
    assert "differences between the topology of laptop and its Pulumi program" in shown


@pytest.mark.usefixtures("forgetful")
def test_differences_are_told_to_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert console.run(app, ["check", "laptop", "--json"]) == ExitCode.DIFFERENT
    document = json.loads(capsys.readouterr().out)
    assert document["same"] is False
    assert {
        "kind": "node",
        "name": "worker-1",
        "attribute": "there",
        "wanted": "once",
        "found": "missing",
    } in (document["differences"])


def test_a_program_that_declares_nothing_is_invalid(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(programs, "program", lambda _: lambda: None)
    assert console.run(app, ["check", "laptop"]) == ExitCode.INVALID
    assert "registered no resource" in capsys.readouterr().err


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


def test_without_pulumi_it_says_what_to_install() -> None:
    ended = run(
        "import sys; sys.modules['pulumi'] = None\n"
        "from foundation import console; from infra.cli import app\n"
        "sys.exit(console.run(app, ['check', 'laptop']))"
    )
    assert ended.returncode == ExitCode.UNAVAILABLE
    assert "infra needs peakproof[infra], which is not installed" in ended.stderr
    assert "pip install 'peakproof[infra]'" in ended.stderr


@pytest.mark.parametrize("command", ["status", "drift", "destroy"])
def test_what_can_be_no_name_is_answered_at_once(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert console.run(app, [command, "A b"]) == ExitCode.INPUT
    assert "NAME: 'A b' must be lower-case letters" in capsys.readouterr().err


def test_an_unknown_definition_is_answered_without_loading_pulumi() -> None:
    ended = run(
        "import sys; from foundation import console; from infra.cli import app\n"
        "status = console.run(app, ['check', 'lptop'])\n"
        "sys.exit(70 if 'pulumi' in sys.modules else status)"
    )
    assert ended.returncode == ExitCode.INPUT
    assert "did you mean 'laptop'" in ended.stderr
