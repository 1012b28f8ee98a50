"""Which files a project has, as Compose finds them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from environments.compose.notes import Note, Outcome
from environments.compose.written import Place
from foundation.errors import InputError

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
OVERRIDES = tuple(name.replace("compose.", "compose.override.") for name in NAMES)


def found(paths: Sequence[Path], *, named: str = "") -> tuple[list[Path], list[Path]]:
    """The files to read, and overrides that lie beside them and are not asked for.

    `named`: what COMPOSE_FILE says, which counts where a folder is given.
    """
    if len(paths) > 1 or not paths[0].is_dir():
        asked = {path.resolve() for path in paths}
        beside = [path for path in _present(paths[0].parent, OVERRIDES) if path.resolve() not in asked]
        return list(paths), beside if paths[0].name in NAMES else []
    folder = paths[0]
    if named:
        return [folder / name for name in named.split(os.pathsep) if name], []
    base = _present(folder, NAMES)
    if not base:
        hint = f"a Compose file is named by its path; looked for {', '.join(NAMES)}"
        raise InputError("no Compose file in this folder", where=str(folder), hint=hint)
    return [base[0], *_present(folder, OVERRIDES)[:1]], []


def _present(folder: Path, names: Sequence[str]) -> list[Path]:
    return [folder / name for name in names if (folder / name).is_file()]


def not_read(beside: Sequence[Path]) -> list[Note]:
    return [
        Note(
            outcome=Outcome.OPEN,
            place=Place(file=path, line=1, folder=path.parent),
            key="override",
            what="not read: Compose reads it on its own only where no file is named",
            hint="name both files, or their folder, to have it merged",
        )
        for path in beside
    ]
