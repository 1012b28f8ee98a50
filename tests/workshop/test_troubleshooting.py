"""docs/troubleshooting.md quotes what the product says, and nothing that it does not say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.errors import ExitCode

ROOMS = ("foundation", "environments", "anonymizer", "loadtests", "infra", "playbooks", "peakproof")
LEAST = 8  # letters of a quotation that are its own


def said(root: Path) -> Iterator[str]:
    """Every text in our programs, with `…` where a value stands."""
    for room in ROOMS:
        for path in (root / room).rglob("*.py"):
            tree = ast.parse(path.read_text())
            remarks = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            for node in ast.walk(tree):
                if id(node) in remarks:
                    continue
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield re.sub(r"\{[a-z_]+\}", "…", node.value)
                elif isinstance(node, ast.JoinedStr):
                    yield "".join(
                        str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values
                    )


@pytest.fixture(scope="module")
def texts(root: Path) -> list[str]:
    return [*said(root)]


def quoted(root: Path) -> list[str]:
    """What the first cells of the tables quote."""
    page = (root / "docs/troubleshooting.md").read_text()
    cells = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    return [quote for cell in cells for quote in re.findall(r"`([^`]+)`", cell)]


def is_said(quote: str, texts: list[str]) -> bool:
    parts = quote.split("…")
    assert max(map(len, parts)) >= LEAST, f"{quote}: says too little"
    there = re.compile(".*".join(map(re.escape, parts)), re.DOTALL)
    return any(there.search(text) for text in texts)


def test_every_error_that_is_quoted_is_one_that_we_print(root: Path, texts: list[str]) -> None:
    quotes = quoted(root)
    assert len(quotes) > 40
    assert [quote for quote in quotes if not is_said(quote, texts)] == []


def test_a_quotation_that_nobody_prints_is_found(texts: list[str]) -> None:
    assert not is_said("the engine of … has a cold", texts)


def test_every_exit_code_but_success_is_told(root: Path) -> None:
    page = (root / "docs/troubleshooting.md").read_text()
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    assert told == {int(code) for code in ExitCode if code}
