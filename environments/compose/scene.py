"""What the import of a service sees: the project around it, the disk, what the person chose. Values only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from environments.compose.looking import Disk
from environments.compose.notes import Note, Outcome
from environments.compose.service import ComposeService
from environments.compose.written import Pairs, Place


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a person chooses. `out`: the folder that is written; `entry`: who customers talk to, else guessed.

    `kept`: services whose image stays although a kind of ours would do; `without`: those that are left out.
    """

    out: Path
    entry: str | None = None
    profiles: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Scene:
    """`services`: those that run; `names`: what each is called here; `absent`: why the others do not run."""

    project: str
    services: Mapping[str, ComposeService]
    names: Mapping[str, str]
    absent: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Pairs]
    variables: Mapping[str, str]
    disk: Disk
    choices: Choices

    def beside(self, path: Path) -> str:
        """A path as the definition says it: from its own folder."""
        return Path(os.path.relpath(path, self.choices.out)).as_posix()

    def inside(self, path: Path) -> str | None:
        """The same of a folder below the platform's; None of any other."""
        said = self.beside(path)
        return None if said.startswith("..") or Path(said).is_absolute() else said


def lost(service: ComposeService, key: str, what: str, hint: str = "", *, place: Place | None = None) -> Note:
    return _note(Outcome.LOST, service, key, what, hint, place)


def changed(
    service: ComposeService, key: str, what: str, hint: str = "", *, place: Place | None = None
) -> Note:
    return _note(Outcome.CHANGED, service, key, what, hint, place)


def open_(
    service: ComposeService, key: str, what: str, hint: str = "", *, place: Place | None = None
) -> Note:
    return _note(Outcome.OPEN, service, key, what, hint, place)


def _note(
    outcome: Outcome, service: ComposeService, key: str, what: str, hint: str, place: Place | None
) -> Note:
    return Note(
        outcome=outcome, place=place or service.at(key), service=service.name, key=key, what=what, hint=hint
    )
