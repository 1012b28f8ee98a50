"""docs/loadtests/capacity.md and docs/loadtests/compare.md say what is: options, files, verdicts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from foundation import slo
from loadtests.capacity import commands as capacity
from loadtests.capacity.search import Status
from loadtests.cli import app
from loadtests.comparing import commands as comparing
from loadtests.comparing.verdicts import Change

PAGES = ("capacity.md", "compare.md")


def text(root: Path, page: str) -> str:
    return (root / "docs" / "loadtests" / page).read_text()


def options() -> set[str]:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    return {option for command in commands.values() for each in command.params for option in each.opts}


@pytest.mark.parametrize("page", PAGES)
def test_every_option_in_the_pages_is_one(root: Path, page: str) -> None:
    found = set(re.findall(r"(--[a-z][a-z-]+)", text(root, page)))
    assert found
    assert found - options() == set()


def test_every_objective_in_the_pages_parses(root: Path) -> None:
    found = re.findall(r'--slo "([^"]+)"', text(root, PAGES[0]))
    assert [slo.parse(expression).metric for expression in found] == [slo.Metric.LATENCY, slo.Metric.ERRORS]


def test_every_file_of_a_search_is_in_the_page(root: Path) -> None:
    assert [
        name for name in (capacity.PAGE, capacity.DOCUMENT) if f"`{name}`" not in text(root, PAGES[0])
    ] == []


def test_every_verdict_stands_in_the_page_with_its_exit_code(root: Path) -> None:
    for change in Change:
        row = re.search(rf"^\| \*\*{change}\*\* \|.*\| (\d)", text(root, PAGES[1]), re.MULTILINE)
        assert row is not None, change
        assert int(row[1]) == comparing.EXIT[change]


def test_every_status_of_a_search_stands_in_the_page(root: Path) -> None:
    page = text(root, PAGES[0])
    words = {
        Status.FOUND: "found",
        Status.WIDE: "*wide*",
        Status.AT_LEAST: "*at least*",
        Status.NONE: "no rate held",
    }
    assert set(words) == set(Status)
    assert [word for word in words.values() if word not in page] == []
