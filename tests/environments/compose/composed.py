"""Compose files that tests write, and what becomes of them, without a disk where none is needed."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

from environments.compose import commands, importing, reading
from environments.compose.commands import Wish
from environments.compose.importing import Imported
from environments.compose.notes import Outcome


def project(folder: Path, text: str, file: str = "compose.yaml") -> Path:
    """A Compose file in `folder`."""
    path = folder / file
    path.write_text(textwrap.dedent(text))
    return path


def beside(folder: Path, files: Mapping[str, str]) -> None:
    """Files in `folder`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(content))


def imported(
    folder: Path,
    text: str,
    *,
    files: Mapping[str, str] | None = None,
    around: Mapping[str, str] | None = None,
    **wish: object,
) -> Imported:
    """What the import of a Compose file in `folder` makes, as values; nothing is written but the files."""
    beside(folder, files or {})
    path = project(folder, text)
    asked = Wish(files=(path,), name="shop", **wish)  # type: ignore[arg-type]  # a test says what it means
    read = reading.read(asked.files, around or {}, env_files=asked.env_files, name=asked.name)
    return importing.imported(read, commands.scene(read, asked))


def service(made: Imported, name: str) -> dict[str, object]:
    """The options of a service."""
    services = made.definition["services"]
    assert isinstance(services, dict)
    return dict(services[name])


def told(made: Imported, outcome: Outcome) -> list[str]:
    """What is told of that kind: `service key: what (line)`."""
    return [
        f"{note.service} {note.key}: {note.what} ({note.place.line})"
        for note in made.notes
        if note.outcome is outcome
    ]
