"""What a reader of a page has in a folder after typing its examples: those whose first line names a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

EXAMPLE = re.compile(r"```\w+\n(?P<content>(?:#|--) (?P<name>\S+)\n.*?)```", re.DOTALL)
COMMAND = re.compile(r"^\.venv/bin/peakproof ([^#\n]+)", re.MULTILINE)


def examples(text: str) -> dict[str, str]:
    """File -> content of every example that names its file."""
    return {found["name"]: found["content"] for found in EXAMPLE.finditer(text)}


def into(folder: Path, files: Mapping[str, str]) -> Path:
    """The folder with these files in it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


def commands(text: str) -> list[list[str]]:
    """The words of every `peakproof` command that stands in a block of its own."""
    return [line.split() for line in COMMAND.findall(text)]
