"""Every module says what it is for, and the linters look at every room."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

from scripts import house_rules

ROOMS = ["foundation", "environments", "infra", "anonymizer", "loadtests", "peakproof"]


def modules(root: Path) -> list[Path]:
    return [
        path for path in house_rules.known_files(root) if path.suffix == ".py" and path.read_text().strip()
    ]


def test_every_module_opens_with_what_it_is_for(root: Path) -> None:
    silent = [
        str(path.relative_to(root))
        for path in modules(root)
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_every_room_is_under_the_contracts_and_in_the_wheel(root: Path) -> None:
    tool = tomllib.loads((root / "pyproject.toml").read_text())["tool"]
    rooms = {room for room in ROOMS if (root / room).is_dir()}
    assert rooms <= set(tool["importlinter"]["root_packages"])
    assert rooms <= set(tool["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert rooms <= set(tool["coverage"]["run"]["source"])
