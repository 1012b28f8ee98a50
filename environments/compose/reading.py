"""The files of a project, as Compose takes them: several merged, `.env`, `include`, `extends`, `env_file`.

The edge: everything that is read of a project but its bind mounts is read here. What comes out is one tree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from environments.compose import extending, finding
from environments.compose.assembling import Assembly, variables_of
from environments.compose.names import LONGEST
from environments.compose.notes import Note
from environments.compose.written import Pairs, Text
from foundation.errors import InputError, Problem

_FILES = frozenset({"platform", *(Path(name).stem for name in finding.NAMES)})
"""A definition that is called so would be written over another file, or be taken for a Compose file."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """One tree of all files. `variables`: what they were filled from; `notes`: what there is to tell."""

    name: str
    folder: Path
    files: tuple[Path, ...]
    tree: Pairs
    variables: Mapping[str, str]
    notes: tuple[Note, ...] = ()

    def part(self, key: str) -> Pairs:
        """`services`, `volumes`, … Empty where there are none."""
        found = self.tree.get(key)
        return found if isinstance(found, Pairs) else Pairs(place=self.tree.at(key))


def read(
    paths: Sequence[Path],
    around: Mapping[str, str],
    *,
    env_files: Sequence[Path] = (),
    name: str | None = None,
) -> Project:
    """The project of these files, or of a folder. `around`: the command's own variables, which beat `.env`.

    Raises InputError with every problem: not YAML, not Compose's, a variable that has to be set.
    """
    folder = paths[0] if paths[0].is_dir() else paths[0].parent
    variables = {**variables_of(env_files, folder, around), **around}
    files, beside = finding.found(paths, named=variables.get("COMPOSE_FILE", ""))
    assembly = Assembly(variables=variables, around=around)
    tree = assembly.included(assembly.stacked(files, folder), folder)
    services = tree.get("services")
    if not isinstance(services, Pairs) or not services.entries:
        assembly.problems.append(tree.at("services").problem("no services", "is it a Compose file?"))
    else:
        tree = tree.having("services", extending.extended(services, assembly))
    _refuse(assembly.problems, files, folder)
    return Project(
        name=_name(name, tree, variables, folder),
        folder=folder,
        files=tuple(files),
        tree=tree,
        variables=variables,
        notes=(*assembly.notes(), *finding.not_read(beside)),
    )


def _name(given: str | None, tree: Pairs, variables: Mapping[str, str], folder: Path) -> str:
    """What the project is called, as Compose decides it, in the letters that names of ours have."""
    written = tree.get("name")
    said = written.text if isinstance(written, Text) else ""
    text = given or variables.get("COMPOSE_PROJECT_NAME") or said or folder.resolve().name
    plain = re.sub(r"[^a-z0-9-]+", "-", text.lower()).strip("-")
    named = (plain if plain[:1].isalpha() else f"p-{plain}".rstrip("-"))[:LONGEST]
    return f"{named}-env" if named in _FILES else named


def _refuse(problems: Sequence[Problem], files: Sequence[Path], folder: Path) -> None:
    if not problems:
        return
    examples = sorted(path.name for path in folder.glob("*.env*") if path.name != ".env")
    unset = any("is not set" in problem.what for problem in problems)
    hint = "set the variables, or write them into .env" if unset else None
    if hint and examples:
        hint += f"; --env-file {examples[0]} takes those of {examples[0]}"
    told = list(dict.fromkeys(problems))
    noun = "problem" if len(told) == 1 else "problems"
    raise InputError(f"{len(told)} {noun} in {files[0]}", problems=told, hint=hint)
