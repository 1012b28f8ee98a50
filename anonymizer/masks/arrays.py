"""PostgreSQL's arrays and hstores as text: masks every element or value and nothing around them.

Bounds, dimensions, keys and NULLs stay where they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from anonymizer.masks.document import LeafMask

# An element between quotes, or without; NULL without quotes is no element.
_ELEMENT = re.compile(r'("(?:[^"\\]|\\.)*"|[^{},"]+)')
# A key, and its value.
_PAIR = re.compile(r'"(?:[^"\\]|\\.)*"=>("(?:[^"\\]|\\.)*"|NULL)', re.S)
_BOUNDS = re.compile(r"(?:\[-?\d+:-?\d+\])+=")
_ESCAPED = re.compile(r"\\(.)", re.S)
_SPECIAL = re.compile(r'(["\\])')


def element_wise(mask: LeafMask) -> LeafMask:
    """The mask of one element as a mask of arrays; the entity of every element is its row's."""
    return _inside(_parts, mask)


def value_wise(mask: LeafMask) -> LeafMask:
    """The mask of one value as a mask of hstores, whose keys stay; likewise."""
    return _inside(_pairs, mask)


def _inside(split: Callable[[str | None], list[str]], mask: LeafMask) -> LeafMask:
    def masked(values: pa.Array, entities: pa.Array | None) -> pa.Array:
        parts = [split(text) for text in values.to_pylist()]
        # Elements stand at the odd places of each row's parts.
        sizes = [len(row) // 2 for row in parts]
        elements = pa.array([_value(row[at]) for row in parts for at in range(1, len(row), 2)], pa.string())
        owners = np.repeat(np.arange(len(parts)), sizes)
        results = iter(
            mask(elements, None if entities is None else entities.take(pa.array(owners))).to_pylist()
        )
        for row in parts:
            for at in range(1, len(row), 2):
                row[at] = _written(next(results))
        texts = ["".join(row) for row in parts]
        return pa.array(
            [new if was is not None else None for was, new in zip(values.to_pylist(), texts, strict=True)],
            pa.string(),
        )

    return masked


def _parts(text: str | None) -> list[str]:
    """What stands around the elements, and the elements, by turns."""
    bounds = _BOUNDS.match(text or "")
    start = bounds.end() if bounds else 0
    parts = _ELEMENT.split((text or "")[start:])
    return [(text or "")[:start] + parts[0], *parts[1:]]


def _pairs(text: str | None) -> list[str]:
    """What stands around the values of an hstore, and the values, by turns."""
    parts, last = list[str](), 0
    for pair in _PAIR.finditer(text or ""):
        parts += [(text or "")[last : pair.start(1)], pair[1]]
        last = pair.end()
    return [*parts, (text or "")[last:]]


def _value(element: str) -> str | None:
    if element.startswith('"'):
        return _ESCAPED.sub(r"\1", element[1:-1])
    return None if element == "NULL" else element


def _written(value: str | None) -> str:
    return "NULL" if value is None else '"' + _SPECIAL.sub(r"\\\1", value) + '"'
