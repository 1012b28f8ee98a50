"""`extends` and `environments` of a policy: documents laid over each other, key by key.

A rule that names another transform takes the place of the whole rule below: the options of one mean nothing
to the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from foundation import documents
from foundation.documents import Document
from foundation.errors import InputError

# What says how a column is masked.
_HOW = ("transform", "references", "copy_of")


def extended(path: Path, seen: tuple[Path, ...] = ()) -> Document:
    """The document with everything it extends below it. Raises InputError: no such file, a circle."""
    document = documents.read(path)
    content = document.content
    if not isinstance(content, dict) or "extends" not in content:
        return document
    base = path.parent / str(content["extends"])
    where = document.where(("extends",))
    if not base.is_file():
        hint = "name a file, relative to this one"
        raise InputError(f"extends {content['extends']!r}: no such file", where=where, hint=hint)
    if base.resolve() in (*seen, path.resolve()):
        raise InputError("`extends` goes in a circle", where=where, hint="let one of the files stand alone")
    over = Document(
        path=path,
        content={key: value for key, value in content.items() if key != "extends"},
        places=document.places,
    )
    return _laid(extended(base, (*seen, path.resolve())), over)


def in_environment(document: Document, name: str) -> Document:
    """The document as it is in that environment, which it must have."""
    at = ("environments", name)
    content = document.content
    assert isinstance(content, dict)  # validated
    written = content["environments"][name]
    over = Document(
        path=document.path,
        content={"tables": written.get("tables", {})},
        places={
            place[len(at) :]: where for place, where in document.places.items() if place[: len(at)] == at
        },
    )
    return _laid(document, over)


def _laid(base: Document, over: Document) -> Document:
    gone: dict[str, dict[str, object]] = {}
    for table, column in _renamed(base, over):
        gone.setdefault(table, {})[column] = None
    tables = {table: {"columns": columns} for table, columns in gone.items()}
    without = documents.overlay(base, Document(path=base.path, content={"tables": tables}, places={}))
    return documents.overlay(without if gone else base, over)


def _renamed(base: Document, over: Document) -> Iterator[tuple[str, str]]:
    """The columns whose rule says another transform than the rule below it."""
    below = dict(_rules(base))
    for place, rule in _rules(over):
        was = below.get(place)
        if was is not None and any(word in rule and rule[word] != was.get(word) for word in _HOW):
            yield place


def _rules(document: Document) -> Iterator[tuple[tuple[str, str], dict[str, object]]]:
    """Rules that are mappings; whatever else somebody wrote is for others to refuse."""
    for name, table in _mapping(document.content, "tables").items():
        for column, rule in _mapping(table, "columns").items():
            if isinstance(rule, dict):
                yield (name, column), rule


def _mapping(content: object, key: str) -> dict[str, object]:
    found = content.get(key) if isinstance(content, dict) else None
    return found if isinstance(found, dict) else {}
