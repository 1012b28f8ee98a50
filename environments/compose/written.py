"""A Compose file's YAML as it was written: every scalar a text, every value with its place.

Not through YAML 1.1's types: Compose takes `on`, `22:22` and `0777` for text, where they would be true, 1342
and 511. Nothing is interpolated, merged or checked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from foundation import aliases
from foundation.errors import InputError, Problem

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL, _MERGE = "tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something was written, and the folder that relative paths there start from."""

    file: Path
    line: int
    folder: Path

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"

    def problem(self, what: str, hint: str | None = None) -> Problem:
        return Problem(where=str(self), what=what, hint=hint)


@dataclass(frozen=True, kw_only=True)
class Text:
    """A scalar. `null`: nothing was written, or null. `tag`: `!reset` or `!override`, if it has one."""

    place: Place
    text: str
    null: bool = False
    tag: str = ""


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """A mapping, in the order of the file. `keys`: where each key was written."""

    place: Place
    entries: dict[str, Value] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)
    tag: str = ""

    def get(self, key: str) -> Value | None:
        """The value of a key; None where there is none, or it is null."""
        found = self.entries.get(key)
        return None if isinstance(found, Text) and found.null else found

    def at(self, key: str) -> Place:
        return self.keys.get(key, self.place)

    def without(self, *names: str) -> Pairs:
        kept = {key: value for key, value in self.entries.items() if key not in names}
        return Pairs(place=self.place, entries=kept, keys=self.keys)

    def having(self, key: str, value: Value) -> Pairs:
        """The same with another value there."""
        keys = {key: value.place, **self.keys}
        return Pairs(place=self.place, entries={**self.entries, key: value}, keys=keys)


@dataclass(frozen=True, kw_only=True)
class Items:
    """A sequence."""

    place: Place
    items: tuple[Value, ...] = ()
    tag: str = ""


Value = Text | Pairs | Items


def one(value: Value | None) -> Text | None:
    """A text, if it is one."""
    return value if isinstance(value, Text) and not value.null else None


def texts(value: Value | None) -> list[str]:
    """One text, or a list of them."""
    listed = value.items if isinstance(value, Items) else [value] if value is not None else []
    return [each.text for each in listed if isinstance(each, Text)]


def read(path: Path, folder: Path | None = None) -> Value:
    """What a file says. `folder`: what relative paths in it start from, its own unless given.

    Raises InputError: no such file, not YAML, a key written twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError("no such file", where=str(path), hint="check the path") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(path)) from error
    return parse(text, path, folder)


def parse(text: str, path: Path, folder: Path | None = None) -> Value:
    """What `text` says; `path` is what places name."""
    start = Place(file=path, line=1, folder=path.parent if folder is None else folder)
    try:
        node = yaml.compose(text, Loader=_LOADER)
        aliases.refuse_endless(node, path)
        tree = _Tree(start)
        value = tree.value(node) if node is not None else Text(place=start, text="", null=True)
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line + 1) if error.problem_mark else 1
        raise InputError(f"not YAML: {error.problem}", where=f"{path}:{line}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(f"not YAML: {error}", where=f"{path}:1") from error
    except RecursionError as error:
        raise InputError("nested too deep, or an anchor inside itself", where=f"{path}:1") from error
    if tree.problems:
        raise InputError("a key may be written once", where=str(path), problems=tree.problems)
    return value


class _Tree:
    """Makes values of YAML's nodes; an alias is followed, `<<` is merged."""

    def __init__(self, start: Place) -> None:
        self.start = start
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node) -> Value:
        place, tag = self.place(node), node.tag if node.tag in ("!reset", "!override") else ""
        if isinstance(node, yaml.MappingNode):
            entries, keys = self.pairs(node)
            return Pairs(place=place, entries=entries, keys=keys, tag=tag)
        if isinstance(node, yaml.SequenceNode):
            return Items(place=place, items=tuple(self.value(each) for each in node.value), tag=tag)
        null = node.tag == _NULL
        return Text(place=place, text="" if null else str(node.value), null=null, tag=tag)

    def place(self, node: yaml.Node) -> Place:
        return Place(file=self.start.file, line=node.start_mark.line + 1, folder=self.start.folder)

    def pairs(self, node: yaml.MappingNode) -> tuple[dict[str, Value], dict[str, Place]]:
        """The mapping's own keys, in their order, and what `<<` brings that it does not say itself."""
        entries: dict[str, Value] = {}
        keys: dict[str, Place] = {}
        for key, value in node.value:
            if key.tag == _MERGE:
                continue
            name = str(key.value)
            if name in entries:
                self.problems.append(self.place(key).problem(f"{name!r} is written twice"))
            entries[name], keys[name] = self.value(value), self.place(key)
        for merged in self.merged(node):
            entries |= {name: value for name, value in merged.entries.items() if name not in entries}
            keys = {**merged.keys, **keys}
        return entries, keys

    def merged(self, node: yaml.MappingNode) -> Iterator[Pairs]:
        """What stands behind `<<`: one mapping or several, of which the first that has a key counts."""
        for key, value in node.value:
            if key.tag == _MERGE:
                for each in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    found = self.value(each)
                    if isinstance(found, Pairs):
                        yield found
                    else:
                        self.problems.append(self.place(each).problem("`<<` takes a mapping"))
