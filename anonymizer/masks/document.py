"""JSON documents: masks the places that are named, and closes the rest. Knows paths, not policies.

What happens is decided once for every shape of document; the leaves of all documents are masked together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anonymizer.masks import leaves
from anonymizer.masks.leaves import Leaves, Places, WrongDocument

# Masks the texts found at one path; the second array is the entity's text at each place, where there is one.
LeafMask = Callable[[pa.Array, pa.Array | None], pa.Array]
Steps = tuple[str, ...]

EACH = "[*]"
_STEP = re.compile(r"\.([\w-]+)|(\[\*\])")


@dataclass(frozen=True, kw_only=True)
class PathRule:
    """What happens at a path: `mask` None keeps what is there; `dropped` makes it null."""

    steps: Steps
    mask: LeafMask | None = None
    entity: Steps | None = None
    dropped: bool = False


class Leaf(NamedTuple):
    """The leaf of that number in its document; `rule` masks it, under the leaf that is its entity."""

    number: int
    rule: int | None = None
    entity: int | None = None


Node = dict[str, "Node"] | list["Node"] | Leaf | None
# Literal text and leaves by turns, as they are written one after the other.
Template = tuple[str | Leaf, ...]


class _Place(NamedTuple):
    """One node of one shape: what holds it, under which key, and which array elements lead to it."""

    root: Node
    holder: dict[str, Node] | list[Node]
    key: str | int
    indices: tuple[int, ...]

    @property
    def value(self) -> Node:
        return self.holder[self.key]  # type: ignore[index]

    def put(self, value: Node) -> None:
        self.holder[self.key] = value  # type: ignore[index]


def steps(path: str) -> Steps:
    """ "$.items[*].name" as ("items", "[*]", "name")."""
    return tuple(name or EACH for name, _ in _STEP.findall(path))


def masked(values: pa.Array, rules: Sequence[PathRule], *, keep_others: bool) -> pa.Array:
    """JSON texts with every rule applied; scalars that no rule names become null unless `keep_others`.

    NULL and the empty string keep their place. Raises WrongDocument: a text that is no JSON.
    """
    none = pc.or_(pc.is_null(values), pc.equal(values, "").fill_null(False))
    found = leaves.read(pc.if_else(none, "null", values))
    templates = [_of_shape(found, code, rules, keep_others=keep_others) for code in range(len(found.shapes))]
    written = _written(found, templates, rules)
    return pc.if_else(none, values, written) if none.true_count else written


def _of_shape(found: Leaves, code: int, rules: Sequence[PathRule], *, keep_others: bool) -> Template:
    """What becomes of documents of one shape. Raises WrongDocument: the shape is no JSON."""
    try:
        return _template(_decided(_tree(found.shapes[code]), rules, keep_others=keep_others))
    except ValueError:
        what = "is no JSON"
    except RecursionError:
        what = "is nested too deeply"
    # Outside of the handlers: their errors quote the shape, in which keys stand.
    raise WrongDocument(what, int(np.argmax(found.codes == code)))


def _tree(shape: bytes) -> Node:
    """A shape with its leaves numbered from 0, in the order in which they stand. Raises ValueError: no JSON.

    Each number stands alone, so that two leaves without a comma between them are no JSON either.
    """
    numbers = count()
    text = re.sub(leaves.LEAF, lambda _: f" {next(numbers)} ".encode(), shape)
    tree: Node = _numbered(json.loads(text))
    return tree


def _numbered(node: object) -> Node:
    if isinstance(node, dict):
        return {key: _numbered(inner) for key, inner in node.items()}
    if isinstance(node, list):
        return [_numbered(inner) for inner in node]
    if not isinstance(node, int):  # every leaf is a number here; a string is a key in a leaf's place
        raise ValueError("no JSON")  # noqa: TRY004 - of a value, not of a type
    return Leaf(node)


def _decided(tree: Node, rules: Sequence[PathRule], *, keep_others: bool) -> Node:
    """The tree in which every leaf is kept, masked by a rule, or gone."""
    # Entities are found before anything changes: an object that is dropped may hold one.
    work = [(number, rule, _found(tree, rule)) for number, rule in enumerate(rules)]
    if not keep_others:
        tree = _without(tree, {(id(place.holder), place.key) for _, _, found in work for place, _ in found})
    for number, rule, found in work:
        for place, entity in found:
            if rule.mask is not None:
                leaf = place.value
                # An object or array in the place of a value does not slip through.
                place.put(Leaf(leaf.number, number, entity) if isinstance(leaf, Leaf) else None)
            elif rule.dropped:
                place.put(None)
    return tree


def _found(tree: Node, rule: PathRule) -> list[tuple[_Place, int | None]]:
    places: list[_Place] = []
    _collect(places, tree, tree, rule.steps, ())
    return [(place, _entity(place, rule.entity)) for place in places]


def _entity(place: _Place, path: Steps | None) -> int | None:
    node = _at(place.root, path, place.indices) if path is not None else None
    return node.number if isinstance(node, Leaf) else None


def _collect(found: list[_Place], root: Node, node: Node, path: Steps, indices: tuple[int, ...]) -> None:
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


def _at(node: Node, path: Steps, indices: tuple[int, ...]) -> Node:
    """What stands at a path, taking the given elements of arrays."""
    for step in path:
        if step == EACH and isinstance(node, list) and indices:
            node, indices = node[indices[0]], indices[1:]
        elif isinstance(node, dict):
            node = node.get(step)
        else:
            return None
    return node


def _without(node: Node, spared: Set[tuple[int, str | int]]) -> Node:
    """`node` itself, closed in place, so that the places found in it stay valid; null when it is a leaf."""
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


def _template(tree: Node) -> Template:
    parts: list[str | Leaf] = []
    for part in _parts(tree):
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        else:
            parts.append(part)
    return tuple(parts)


def _parts(node: Node) -> Iterator[str | Leaf]:
    if isinstance(node, Leaf):
        yield node
    elif isinstance(node, dict):
        yield "{"
        for at, (key, inner) in enumerate(node.items()):
            yield f"{', ' if at else ''}{json.dumps(key, ensure_ascii=False)}: "
            yield from _parts(inner)
        yield "}"
    elif isinstance(node, list):
        yield "["
        for at, inner in enumerate(node):
            yield ", " if at else ""
            yield from _parts(inner)
        yield "]"
    else:
        yield "null"


def _written(found: Leaves, templates: Sequence[Template], rules: Sequence[PathRule]) -> pa.Array:
    """Every document as its template says: literal texts, leaves as they were, masked leaves."""
    literals = sorted({part for template in templates for part in template if isinstance(part, str)})
    place = {text: at for at, text in enumerate(literals)}
    # A row a part: the literal or -1, the leaf's number, its rule or -1, its entity's number or -1.
    tables = [
        np.array([_row(part, place) for part in template], np.int64).reshape(-1, 4) for template in templates
    ]
    sizes = np.array([len(table) for table in tables], np.int64)[found.codes]
    parts = np.concatenate([*(tables[code] for code in found.codes), np.zeros((0, 4), np.int64)])
    first = np.repeat(found.first, sizes)
    literal, leaf, rule = parts[:, 0], parts[:, 1] + first, parts[:, 2]
    entity = np.where(parts[:, 3] < 0, -1, parts[:, 3] + first)
    pool, at = (
        [pa.array(literals, pa.string()), found.tokens],
        np.where(literal >= 0, literal, leaf + len(literals)),
    )
    for number, one in enumerate(rules):
        rows = np.flatnonzero(rule == number)
        if one.mask is not None and len(rows):
            at[rows] = sum(map(len, pool)) + np.arange(len(rows))
            pool.append(_leaves(found.tokens, one.mask, leaf[rows], entity[rows] if one.entity else None))
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), pa.concat_arrays(pool).take(pa.array(at)))
    return pc.binary_join(lists, "")


def _row(part: str | Leaf, place: dict[str, int]) -> tuple[int, int, int, int]:
    if isinstance(part, str):
        return place[part], 0, -1, -1
    return (
        -1, part.number, -1 if part.rule is None else part.rule, -1 if part.entity is None else part.entity
    )  # fmt: skip


def _leaves(tokens: pa.Array, mask: LeafMask, which: Places, entity: Places | None) -> pa.Array:
    """Those leaves, masked; -1 as an entity: nobody is named."""
    was = tokens.take(pa.array(which))
    whose = None
    if entity is not None:
        whose = leaves.texts(tokens.take(pa.array(entity, mask=entity < 0)))
    return leaves.written(mask(leaves.texts(was), whose), was)
