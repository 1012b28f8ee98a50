"""`make help` tells of every door, and no door shadows a folder."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

DOORS = {"rehearsal", "test", "prove", "lint", "docs", "clean", "help"}


def targets(root: Path) -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(), re.MULTILINE))


def helped(root: Path) -> dict[str, str]:
    """Target -> what help says of it; help is what make does when nothing is asked."""
    said = subprocess.run(
        ["make", "--no-print-directory"], cwd=root, capture_output=True, text=True, check=True
    )
    return dict(line.removeprefix("  make ").split(maxsplit=1) for line in said.stdout.splitlines())


def test_every_target_has_its_line_in_help(root: Path) -> None:
    assert targets(root) >= DOORS
    assert helped(root).keys() == targets(root)


def test_every_target_runs_even_if_a_folder_has_its_name(root: Path) -> None:
    phony = re.search(r"^\.PHONY:(.*)$", (root / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == targets(root)
