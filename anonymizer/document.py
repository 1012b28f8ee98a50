"""JSON documents: masks the places that are named, and closes the rest. Knows paths, not policies."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
# Masks the texts found at one path; the second array is the entity's text at each place, where there is one.
LeafMask = Callable[[pa.Array, pa.Array | None], pa.Array]
Steps = tuple[str, ...]

EACH = "[*]"
_STEP = re.compile(r"\.([\w-]+)|(\[\*\])")
# jsonb holds no NUL, so a text that starts with one can only be a number that must come back exactly as it
# was.
_NUMBER = re.compile(r'"\\u0000(-?[0-9.eE+-]+)"')
_DECODER = json.JSONDecoder(parse_float=lambda number: f"\0{number}")
_ENCODER = json.JSONEncoder(ensure_ascii=False)


@dataclass(frozen=True, kw_only=True)
class PathRule:
    """What happens at a path: `mask` None keeps what is there; `dropped` makes it null."""

    steps: Steps
    mask: LeafMask | None = None
    entity: Steps | None = None
    dropped: bool = False


class _Place(NamedTuple):
    """One node of one document: what holds it, under which key, and which array elements lead to it.

    A tuple, because there is one for every masked value of every document.
    """

    root: Json
    holder: dict[str, Json] | list[Json]
    key: str | int
    indices: tuple[int, ...]

    @property
    def value(self) -> Json:
        return self.holder[self.key]  # type: ignore[index]

    def put(self, value: Json) -> None:
        self.holder[self.key] = value  # type: ignore[index]


def steps(path: str) -> Steps:
    """ "$.items[*].name" as ("items", "[*]", "name")."""
    return tuple(name or EACH for name, _ in _STEP.findall(path))


def masked(values: pa.Array, rules: Sequence[PathRule], *, keep_others: bool) -> pa.Array:
    """JSON texts with every rule applied; scalars that no rule names become null unless `keep_others`."""
    texts = values.to_pylist()
    documents = [None if text is None else _DECODER.decode(text) for text in texts]
    # Entities are read as they were: a masked e-mail would give another person.
    work = [(rule, *_found(documents, rule)) for rule in rules]
    if not keep_others:
        documents = _closed(documents, [place for _, places, _ in work for place in places])
    for rule, places, entities in work:
        _apply(rule, places, entities)
    written = (_text(document) for document in documents)
    return pa.array(
        [None if was is None else new for was, new in zip(texts, written, strict=True)], pa.string()
    )


def _found(documents: Sequence[Json], rule: PathRule) -> tuple[list[_Place], pa.Array | None]:
    places: list[_Place] = []
    for document in documents:
        _collect(places, document, document, rule.steps, ())
    if rule.entity is None:
        return places, None
    found = [_scalar_text(_at(place.root, rule.entity, place.indices)) for place in places]
    return places, pa.array(found, pa.string())


def _collect(found: list[_Place], root: Json, node: Json, path: Steps, indices: tuple[int, ...]) -> None:
    """Adds every place at `path` below `node`."""
    step, rest = path[0], path[1:]
    if step == EACH and isinstance(node, list):
        for index, inner in enumerate(node):
            if rest:
                _collect(found, root, inner, rest, (*indices, index))
            else:
                found.append(_Place(root, node, index, (*indices, index)))
    elif isinstance(node, dict) and step in node:
        if rest:
            _collect(found, root, node[step], rest, indices)
        else:
            found.append(_Place(root, node, step, indices))


def _at(node: Json, path: Steps, indices: tuple[int, ...]) -> Json:
    """What stands at a path, taking the given elements of arrays."""
    for step in path:
        if step == EACH and isinstance(node, list) and indices:
            node, indices = node[indices[0]], indices[1:]
        elif isinstance(node, dict):
            node = node.get(step)
        else:
            return None
    return node


def _apply(rule: PathRule, places: Sequence[_Place], entities: pa.Array | None) -> None:
    if rule.mask is None:
        for place in places if rule.dropped else ():
            place.put(None)
        return
    texts = pa.array([_scalar_text(place.value) for place in places], pa.string())
    for place, text in zip(places, rule.mask(texts, entities).to_pylist(), strict=True):
        place.put(_like(place.value, text))


def _like(was: Json, text: str | None) -> Json:
    """The masked text as the type it had; an object or array in its place is dropped."""
    if isinstance(was, int) and not isinstance(was, bool) and text is not None and text.isdecimal():
        return int(text)
    return text


def _closed(documents: Sequence[Json], named: Sequence[_Place]) -> list[Json]:
    """The documents with null for every scalar that is not at one of the `named` places."""
    spared = {(id(place.holder), place.key) for place in named}
    return [_without(document, spared) for document in documents]


def _without(node: Json, spared: Set[tuple[int, str | int]]) -> Json:
    """`node` itself, closed in place, so that the places found in it stay valid; null when it is a scalar."""
    if isinstance(node, dict):
        for name, inner in node.items():
            if (id(node), name) not in spared:
                node[name] = _without(inner, spared)
        return node
    if isinstance(node, list):
        for index, inner in enumerate(node):
            if (id(node), index) not in spared:
                node[index] = _without(inner, spared)
        return node
    return None


def _scalar_text(value: Json) -> str | None:
    if isinstance(value, str):
        return value.removeprefix("\0")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _text(document: Json) -> str:
    text = _ENCODER.encode(document)
    return _NUMBER.sub(r"\1", text) if "\\u0000" in text else text
