"""PostgreSQL's composite values as text: masks the fields that are named and closes the rest.

Every field stays in its place; one that no rule names becomes NULL, unless the others are kept. Knows no
policy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from anonymizer.masks.document import LeafMask

# A field between quotes, or without: nothing at all is NULL.
_FIELD = re.compile(r'"((?:[^"\\]|\\.|"")*)"|([^,()"\\]*)', re.S)
_ESCAPED = re.compile(r'\\(.)|""', re.S)
_SPECIAL = re.compile(r'(["\\])')


@dataclass(frozen=True, kw_only=True)
class FieldRule:
    """What happens to a field: `mask` None drops it; `entity`: the field beside it that it is about."""

    mask: LeafMask | None
    entity: str | None = None


def masked(
    values: pa.Array, fields: Sequence[str], rules: Mapping[str, FieldRule], *, keep_others: bool
) -> pa.Array:
    """Composite values with every rule applied to its field. Raises ValueError: no composite value."""
    rows = [None if text is None else _read(text, len(fields)) for text in values.to_pylist()]
    there = [row for row in rows if row is not None]
    was = {name: pa.array([row[at] for row in there], pa.string()) for at, name in enumerate(fields)}
    nothing = pa.nulls(len(there), pa.string())
    others = was if keep_others else dict.fromkeys(fields, nothing)
    columns = [_field(rules[name], was, name) if name in rules else others[name] for name in fields]
    written = iter(_written(row) for row in zip(*(column.to_pylist() for column in columns), strict=True))
    return pa.array([None if row is None else next(written) for row in rows], pa.string())


def _field(rule: FieldRule, was: Mapping[str, pa.Array], name: str) -> pa.Array:
    if rule.mask is None:
        return pa.nulls(len(was[name]), pa.string())
    return rule.mask(was[name], None if rule.entity is None else was[rule.entity])


def _read(text: str, count: int) -> list[str | None]:
    found: list[str | None] = []
    at = 1  # behind the bracket
    while len(found) < count:
        match = _FIELD.match(text, at)
        if match is None or text[match.end() : match.end() + 1] not in (",", ")"):
            raise ValueError("no composite value of so many fields")
        quoted, plain = match[1], match[2]
        found.append(plain or None if quoted is None else _ESCAPED.sub(lambda one: one[1] or '"', quoted))
        at = match.end() + 1
    if at != len(text):
        raise ValueError("no composite value of so many fields")
    return found


def _written(fields: Sequence[str | None]) -> str:
    texts = ("" if text is None else '"' + _SPECIAL.sub(r"\1\1", text) + '"' for text in fields)
    return "(" + ",".join(texts) + ")"
