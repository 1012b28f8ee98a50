"""What of a table is compared and what is searched; values at paths of documents. Reads nothing.

Shares no line with the masking of documents, which it is there to check.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from anonymizer.policies.plan import TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.transforms import DROP, JSON

# What holds no text. Everything else is searched as its text, documents and bytes included.
_NO_TEXT = frozenset({
    "smallint", "integer", "bigint", "numeric", "real", "double precision", "boolean", "date", "uuid", "oid",
    "time without time zone", "time with time zone", "timestamp without time zone",
    "timestamp with time zone", "interval", "money",
})  # fmt: skip
# Between the values that one path of a document has.
UNIT = "\x1f"
_STEP = re.compile(r"\.([\w-]+)|\[\*\]")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A column, or what stands at a path of the documents in it."""

    label: str
    rule: Rule
    column: str
    path: str | None = None

    @property
    def identifying(self) -> bool:
        return self.rule.class_ == "identifying"


def compared(table: TablePlan) -> Iterator[Place]:
    """Columns that are masked or called identifying, and such paths of JSON columns."""
    for name, rule in table.rules.items():
        for path, inner in rule.paths.items():
            if inner.masks or inner.class_ == "identifying":
                yield Place(label=f"{name} {path}", rule=inner, column=name, path=path)
        if not rule.paths and (rule.masks or rule.class_ == "identifying"):
            yield Place(label=name, rule=rule, column=name)


def searched(table: TablePlan) -> Iterator[Place]:
    """Columns of the target that may hold a text, whatever the policy says, dropped ones are empty; and the
    masked paths of documents, of which each is explained by its own transform alone.
    """
    for name, rule in table.rules.items():
        if rule.transform != DROP and table.table.columns[name].base not in _NO_TEXT:
            column = Place(label=name, rule=rule, column=name)
            yield column
            yield from paths(column)


def paths(place: Place) -> Iterator[Place]:
    """The masked paths of a column of documents."""
    if place.path is None and place.rule.transform == JSON:
        for path, inner in place.rule.paths.items():
            if inner.masks:
                yield Place(label=f"{place.column} {path}", rule=inner, column=place.column, path=path)


def values_at(documents: pa.Array, path: str) -> pa.Array:
    """What stands at a path of each document, `UNIT` between several values; NULL where nothing does."""
    steps = [found[1] for found in _STEP.finditer(path)]
    return pa.array([_joined(text, steps) for text in documents.to_pylist()], pa.string())


def _joined(text: str | None, steps: list[str | None]) -> str | None:
    try:
        found = [json.loads(text)] if text is not None else []
    except ValueError:
        return None  # no document, so nothing stands at a path of it; its text is searched all the same
    for step in steps:
        found = [inner for one in found for inner in _inside(one, step)]
    said = [one if isinstance(one, str) else json.dumps(one) for one in found if one is not None]
    # Half of a surrogate pair is legal in a document, and no text.
    return UNIT.join(said).encode("utf-8", "replace").decode() if said else None


def _inside(value: object, step: str | None) -> list[object]:
    """The elements of an array (no step), or what an object has under a name."""
    if isinstance(value, list):
        return value if step is None else [inner for one in value for inner in _inside(one, step)]
    if step is None:
        return [value]
    return [value[step]] if isinstance(value, dict) and step in value else []
