"""What stands in documents and arrays: places with their texts. Names no place by what may be somebody's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from anonymizer.discovery import content, inside

# An object with more different keys than this is a list by key: whose keys are data.
_MANY = 50
# Numbers below it are read as none: nobody's has fewer digits.
_TELLING = 10**8
_LONG = re.compile(r"[0-9]{7,}")
_EACH = "[*]"
_NAMEABLE = re.compile(r"[\w-]+")
_ELEMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|([^{},"]+)')

Keys = tuple[str, ...]


@dataclass(kw_only=True)
class Places:
    """Texts by path and the keys on the way; how many documents were cut, and places that have no name.

    `lists`: paths of objects whose keys may be somebody's; they stay where only what is below is masked.
    """

    texts: dict[str, tuple[Keys, list[str]]] = field(default_factory=dict, repr=False)
    lists: set[str] = field(default_factory=set)
    cut: int = 0
    unnamed: int = 0


def elements(values: Sequence[str]) -> list[str]:
    """The texts of arrays as PostgreSQL writes them; NULL is none."""
    return [text for value in values for text in _elements(value)]


def _elements(array: str) -> Iterator[str]:
    for quoted, bare in _ELEMENT.findall(array.partition("={")[2] if array.startswith("[") else array):
        if quoted:
            yield re.sub(r"\\(.)", r"\1", quoted)
        elif bare and bare.upper() != "NULL":
            yield bare


def places(documents: Sequence[str]) -> Places:
    """The places of documents. One that was cut, or is none, is counted and not looked into."""
    found = Places()
    leaves: dict[Keys, list[str]] = {}
    for document in documents:
        try:
            for keys, leaf in _leaves(json.loads(document), ()):
                leaves.setdefault(keys, []).append(leaf)
        except (ValueError, RecursionError):
            found.cut += 1
    lists = _lists(leaves)
    for keys in sorted(leaves):
        within = [keys[:end] for end in range(len(keys)) if keys[:end] in lists]
        if within:
            found.lists.add(_path(_nameable(within[0])))
        elif not keys or _nameable(keys) != keys:
            found.unnamed += 1
        else:
            found.texts[_path(keys)] = tuple(key for key in keys if key != _EACH), leaves[keys]
    return found


def _nameable(keys: Keys) -> Keys:
    """As far as a path can go."""
    return tuple(takewhile(lambda key: key == _EACH or _NAMEABLE.fullmatch(key), keys))


def _path(keys: Keys) -> str:
    return "$" + "".join(key if key == _EACH else f".{key}" for key in keys)


def _lists(leaves: Mapping[Keys, object]) -> frozenset[Keys]:
    """The objects whose keys are data."""
    below: dict[Keys, set[str]] = {}
    for keys in leaves:
        for end, key in enumerate(keys):
            if key != _EACH:
                below.setdefault(keys[:end], set()).add(key)
    return frozenset(holder for holder, names in below.items() if _is_list(names))


def _is_list(names: set[str]) -> bool:
    """Whether keys are data: very many, or somebody's."""
    if len(names) > _MANY or any(inside.contains(name) or _LONG.fullmatch(name) for name in names):
        return True
    shares = content.shares([re.sub(r"[_.-]+", " ", name) for name in names])
    if any(map(_is_called, names)):
        return True
    return len(names) >= content.FEW and any(
        shares.get(kind, 0) >= content.ENOUGH[kind] for kind in ("full_name", "first_name", "last_name")
    )


def _is_called(name: str) -> bool:
    """Whether a key is written like a person's name, and has a given name in it."""
    return " " in name and content.shares([name]).get("full_name", 0) > 0


def _leaves(value: object, keys: Keys) -> Iterator[tuple[Keys, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*keys, str(key)))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, (*keys, _EACH))
    elif isinstance(value, str) or (isinstance(value, int) and value >= _TELLING):
        yield keys, str(value)
    else:
        # A small number, true or null: a place, but nothing to read.
        yield keys, ""
