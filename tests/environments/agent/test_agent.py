"""The programs that stand beside the Docker socket: the standard library alone, and short enough to read."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from environments.lookup import PACKAGE

PROGRAMS = sorted((PACKAGE / "environments" / "agent").glob("*.py"))


def imported(program: Path) -> Iterator[str]:
    """The top-level modules that a program imports."""
    for node in ast.walk(ast.parse(program.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{program.name}: relative imports need a package"
            yield str(node.module).split(".")[0]


def test_there_are_programs() -> None:
    assert {"reaper", "fault", "docker_socket"} <= {program.stem for program in PROGRAMS}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_a_program_imports_the_standard_library_alone(program: Path) -> None:
    beside = {other.stem for other in PROGRAMS}
    assert set(imported(program)) - sys.stdlib_module_names - beside == set()
