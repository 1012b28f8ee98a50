"""`extends` and `environments` of a policy: documents laid over each other. Never looks at a rule."""

from __future__ import annotations

from pathlib import Path

from foundation import documents
from foundation.documents import Document
from foundation.errors import InputError


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
    return documents.overlay(extended(base, (*seen, path.resolve())), over)


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
    return documents.overlay(document, over)
