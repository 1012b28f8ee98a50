"""docs/loadtests/README.md says what is: its objectives parse, its files and options exist."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from foundation import slo
from loadtests.cli import app
from loadtests.judging import abort
from loadtests.planning import job
from loadtests.profiles import PROFILES
from loadtests.recording import counters, latency_log, ledger, summary


def text(root: Path) -> str:
    return (root / "docs" / "loadtests" / "README.md").read_text()


def test_every_objective_in_the_doc_parses(root: Path) -> None:
    table = text(root).split("## Objectives")[1].split("Comparisons")[0]
    found = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    assert {slo.parse(expression).metric for expression in found} == set(slo.Metric)


def test_every_file_of_a_run_is_in_the_doc(root: Path) -> None:
    files = (job.FILE, ledger.FILE, latency_log.FILE, counters.FILE, summary.ERRORS, summary.FILE)
    assert [name for name in files if f"| `{name}` |" not in text(root)] == []


def options() -> set[str]:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    return {option for command in commands.values() for each in command.params for option in each.opts}


def test_every_option_in_the_doc_is_one(root: Path) -> None:
    found = set(re.findall(r"--[a-z][a-z-]*", text(root)))
    assert len(found) > 10
    assert found - options() == set()


def test_every_option_has_its_help() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for name, command in commands.items():
        assert [each.name for each in command.params if not getattr(each, "help", None)] == [], name


def test_every_profile_is_in_the_doc(root: Path) -> None:
    page = (root / "docs" / "loadtests" / "profiles.md").read_text()
    assert set(re.findall(r"^\| `([a-z0-9-]+)` \|", page, re.MULTILINE)) == set(PROFILES)


def test_every_option_in_the_pages_of_locustfiles_and_workers_is_one(root: Path) -> None:
    for name in ("locust.md", "distributed.md"):
        page = (root / "docs" / "loadtests" / name).read_text()
        theirs = r'--locust "[^"]*"|--join|--(?:exclude-)?tags'  # Locust's and the generator's own
        asked = re.sub(theirs, "", page.replace("\n", " "))
        assert set(re.findall(r"--[a-z][a-z-]*", asked)) - options() == set(), name


def test_every_rule_that_ends_a_load_in_the_doc_is_one(root: Path) -> None:
    table = text(root).split("## Ending early")[1].split("## INVALID")[0]
    rules = [abort.parse(rule) for rule in re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)]
    assert {rule.metric for rule in rules} == {"errors", "attempt-errors", "p99"}
