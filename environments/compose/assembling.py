"""Files become one tree: each filled with variables, laid over the one before, with what it includes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from environments.compose import dotenv_files, merging
from environments.compose.interpolating import Interpolation
from environments.compose.notes import Note, Outcome
from environments.compose.written import Items, Pairs, Place, Value, texts
from environments.compose.written import read as read_file
from foundation.documents import did_you_mean
from foundation.errors import InputError, Problem

RESOURCES = ("services", "networks", "volumes", "secrets", "configs")
_TOP = frozenset({*RESOURCES, "version", "name", "include", "models"})


def variables_of(env_files: Sequence[Path], folder: Path, around: Mapping[str, str]) -> dict[str, str]:
    """Those of `.env` in the folder, or of the files that were named instead."""
    default = folder / ".env"
    paths = list(env_files) or ([default] if default.is_file() else [])
    merged: dict[str, str] = {}
    for path in paths:
        merged |= dotenv_files.read(path, {**merged, **around})
    return merged


@dataclass(kw_only=True)
class Assembly:
    """The files of one project and its variables; keeps what is wrong, and what was asked for and not set.

    `around`: the command's own variables, which beat every file's.
    """

    variables: Mapping[str, str]
    around: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    unset: dict[str, Place] = field(default_factory=dict)
    trees: dict[Path, Pairs] = field(default_factory=dict)

    def notes(self) -> list[Note]:
        """What was not set."""
        return [
            Note(
                outcome=Outcome.OPEN,
                place=place,
                key=f"${{{name}}}",
                what="not set, and empty, as it is in Compose",
                hint="set it, or write it into .env, and import again",
            )
            for name, place in self.unset.items()
        ]

    def file(self, path: Path, folder: Path) -> Pairs:
        """One file, filled; `folder` is where its relative paths start."""
        if path in self.trees:
            return self.trees[path]
        value = read_file(path, folder)
        if not isinstance(value, Pairs):
            raise InputError("not a Compose file: keys with values are expected", where=str(value.place))
        filling = Interpolation(variables=self.variables)
        kept = {key: each for key, each in value.entries.items() if not key.startswith("x-")}
        filled = filling.value(replace(value, entries=kept))
        assert isinstance(filled, Pairs)
        self.problems += [*filling.problems, *(_unknown(filled, key) for key in kept if key not in _TOP)]
        self.unset = {**filling.unset, **self.unset}
        self.trees[path] = filled
        return filled

    def stacked(self, files: Sequence[Path], folder: Path) -> Pairs:
        """Several files, each over the one before it."""
        tree = self.file(files[0], folder)
        for path in files[1:]:
            above = merging.merged(tree, self.file(path, folder))
            assert isinstance(above, Pairs)
            tree = above
        return tree

    def included(self, tree: Pairs, folder: Path, seen: tuple[Path, ...] = ()) -> Pairs:
        """The tree with what its `include` names, which must not be there already."""
        named = tree.get("include")
        for each in named.items if isinstance(named, Items) else ():
            tree = self._with(tree, each, folder, seen)
        return tree.without("include")

    def _with(self, tree: Pairs, entry: Value, folder: Path, seen: tuple[Path, ...]) -> Pairs:
        """The tree with one entry of `include`, a project with a folder and variables of its own."""
        long = entry if isinstance(entry, Pairs) else None
        paths = [folder / name for name in texts(long.get("path") if long else entry)]
        if not paths or paths[0].resolve() in seen:
            self.problems.append(entry.place.problem("`include` names no file, or goes in a circle"))
            return tree
        said = texts(long.get("project_directory")) if long else []
        home = folder / said[0] if said else paths[0].parent
        env = [folder / name for name in texts(long.get("env_file"))] if long else []
        inner = Assembly(
            variables={**variables_of(env, home, self.around), **self.variables}, around=self.around
        )
        below = inner.included(inner.stacked(paths, home), home, (*seen, paths[0].resolve()))
        self.problems += inner.problems
        self.unset = {**inner.unset, **self.unset}
        for part in RESOURCES:
            tree = self._joined(tree, below, part)
        return tree

    def _joined(self, tree: Pairs, below: Pairs, part: str) -> Pairs:
        more, own = below.get(part), tree.get(part)
        if not isinstance(more, Pairs):
            return tree
        if not isinstance(own, Pairs):
            return tree.having(part, more)
        for name in own.entries.keys() & more.entries.keys():
            if merging.plain(own.entries[name]) != merging.plain(more.entries[name]):
                what = f"{part}.{name} is in {more.at(name)}, too, which is included"
                self.problems.append(own.at(name).problem(what, "give one of them another name"))
        entries, keys = {**more.entries, **own.entries}, {**more.keys, **own.keys}
        return tree.having(part, replace(own, entries=entries, keys=keys))


def _unknown(tree: Pairs, key: str) -> Problem:
    return tree.at(key).problem(f"unknown key {key!r}", did_you_mean(key, _TOP))
