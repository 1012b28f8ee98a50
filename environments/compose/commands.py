"""What `env import` does, for the command line: reads, decides, writes, shows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.markup import escape

from environments.compose import importing, looking, names, reading, selecting, writing
from environments.compose.assembling import RESOURCES
from environments.compose.importing import Imported
from environments.compose.notes import Note, Outcome
from environments.compose.reading import Project
from environments.compose.scene import Choices, Scene
from environments.compose.writing import Written
from foundation.console import people
from foundation.errors import InputError, Problem


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the command line says."""

    files: tuple[Path, ...]
    out: Path | None = None
    name: str | None = None
    entry: str | None = None
    profiles: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    env_files: tuple[Path, ...] = ()
    over: bool = False
    strict: bool = False


@dataclass(frozen=True, kw_only=True)
class Done:
    """What was made of which project, and where it stands."""

    project: Project
    imported: Imported
    written: Written


def run(wish: Wish) -> Done:
    """Imports. Raises InputError: the files are wrong, or, if strict, something is not taken over."""
    project = reading.read(wish.files, os.environ, env_files=wish.env_files, name=wish.name)
    made = importing.imported(project, scene(project, wish))
    lost = [note for note in made.notes if note.outcome is Outcome.LOST]
    if wish.strict and lost:
        problems = [Problem(where=str(note.place), what=_told(note), hint=note.hint or None) for note in lost]
        raise InputError(f"{len(lost)} things of {project.files[0]} are not taken over", problems=problems)
    written = writing.write(made, wish.out or project.folder, over=wish.over)
    return Done(project=project, imported=made, written=written)


def scene(project: Project, wish: Wish) -> Scene:
    """The project as the import sees it: what runs, and what the disk has of it."""
    choices = Choices(
        out=(wish.out or project.folder).resolve(),
        entry=wish.entry,
        profiles=wish.profiles,
        kept=wish.kept,
        without=wish.without,
    )
    services, absent = selecting.services(project, choices)
    return Scene(
        project=project.name,
        services=services,
        names=names.of_services(services),
        absent=absent,
        parts={key: project.part(key) for key in RESOURCES},
        variables=project.variables,
        disk=looking.look(services.values()),
        choices=choices,
    )


def document(done: Done) -> dict[str, object]:
    """For machines."""
    return {
        "name": done.imported.name,
        "definition": str(done.written.definition),
        "platform": str(done.written.platform),
        "secrets": [str(path) for path in done.written.secrets],
        "entry": {"service": done.imported.definition["entry"], "why": done.imported.entry.why},
        "services": _kinds(done.imported),
        "notes": [note.document() for note in done.imported.notes],
    }


def _kinds(made: Imported) -> dict[str, object]:
    services = made.definition["services"]
    assert isinstance(services, Mapping)
    return {name: options["kind"] for name, options in services.items()}


_HEADS = {
    Outcome.LOST: "[bold red]not taken over[/]",
    Outcome.OPEN: "[bold yellow]look at[/]",
    Outcome.CHANGED: "[bold]taken over as something else[/]",
}


def show(done: Done) -> None:
    """For people: what was not taken over first, then what to look at and what became something else."""
    console = people()
    for outcome, head in _HEADS.items():
        told = [note for note in done.imported.notes if note.outcome is outcome]
        if told:
            console.print(head)
            for line in lines(told):
                console.print(f"  {escape(line)}")
            console.print()
    made = done.imported
    why = made.entry.why if made.entry.sure else f"{made.entry.why}; --entry SERVICE names another"
    console.print(f"customers talk to {made.definition['entry']}: {escape(why)}")
    count = len(_kinds(made))
    console.print(f"[green]{count} services[/] in {escape(str(done.written.definition))}")
    where = done.written.definition
    shown = where if where.is_absolute() else f"./{where}"
    console.print(f"next: peakproof env check {escape(str(shown))}")


def lines(notes: Iterable[Note]) -> list[str]:
    """A line for all that say the same, with its first place, every service and every key."""
    alike: dict[tuple[str, str, str], list[Note]] = {}
    for note in notes:
        alike.setdefault((note.what, note.hint, note.key if note.service else ""), []).append(note)
    return [_line(group) for group in alike.values()]


def _line(group: list[Note]) -> str:
    first = group[0]
    services = _some([note.service for note in group if note.service])
    keys = _some([note.key for note in group])
    told = ": ".join(filter(None, (services, keys, first.what)))
    return f"{first.place}: {told}" + (f" ({first.hint})" if first.hint else "")


def _some(words: list[str]) -> str:
    """A few, and how many more there are."""
    once = list(dict.fromkeys(words))
    more = len(once) - 6
    return ", ".join(once) if more < 2 else f"{', '.join(once[:6])} and {more} more"


def _told(note: Note) -> str:
    return ": ".join(filter(None, (note.service, note.key, note.what)))
