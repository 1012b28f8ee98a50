"""What is wrong with the words of a rule, wherever it is to be applied. Knows no schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import ValidationError

from anonymizer.transforms import DROP, INHERIT, KEEP, STRUCTURED, WORDS, known, transform
from anonymizer.transforms.base import Transform
from foundation import mistakes
from foundation.documents import Document, Location, did_you_mean
from foundation.errors import Problem

if TYPE_CHECKING:
    from anonymizer.policies.policy import Rule

_PATH = re.compile(r"\$(\.[\w-]+|\[\*\])+")


def problems(document: Document, at: Location, rule: Rule) -> Iterator[Problem]:
    """Every one, with its place in the document."""
    name = ".".join(str(part) for part in at[1:] if part not in ("columns", "paths"))
    if rule.transform not in known(*WORDS):
        hint = did_you_mean(rule.transform, known(*WORDS))
        yield document.problem((*at, "transform"), f"{name}: no transform is called {rule.transform!r}", hint)
        return
    if rule.class_ is None and rule.transform not in (KEEP, DROP, INHERIT):
        hint = "identifying, common, sensitive or free"
        yield document.problem(at, f"{name}: a masked column needs its class", hint)
    if (rule.transform in STRUCTURED) != bool(rule.paths):
        what = "only json and composite have paths" if rule.paths else f"{rule.transform} needs paths"
        yield document.problem(at, f"{name}: {what}")
    if rule.masks:
        yield from _misfits(document, at, name, rule)
    if rule.original and (rule.transform != INHERIT or (rule.references and rule.copy_of)):
        what = "`references` and `copy_of` say how it is masked: write one of them, and no transform"
        yield document.problem(at, f"{name}: {what}")
    yield from _misplaced(document, at, name, rule)


def _misfits(document: Document, at: Location, name: str, rule: Rule) -> Iterator[Problem]:
    scope = "entity" if rule.entity else "value"
    chosen = transform(rule.transform, scope)
    if scope not in chosen.scopes:
        yield document.problem(
            (*at, "scope"), f"{name}: {rule.transform} has no scope {scope}", _scopes(chosen)
        )
    if chosen.coarse and rule.class_ == "identifying":
        yield document.problem(
            (*at, "class"), f"{name}: {rule.transform} leaves a part of the truth", "it cannot be identifying"
        )
    try:
        options = chosen.options.model_validate(rule.options)
        if "paths" in at and chosen.row and (chosen.row.masked or chosen.row.columns(options)):
            yield document.problem(at, f"{name}: {rule.transform} looks at columns; a document has none")
    except ValidationError as error:
        known = set(chosen.options.model_fields)
        for mistake in mistakes.found(chosen.options, rule.options, error):
            key = str(mistake.at[0]) if mistake.at else ""
            unknown = mistake.at and key not in known
            said = f"{rule.transform} has no option {key!r}" if unknown else f"{key}: {mistake.said}"
            yield document.problem((*at, "options", *mistake.at), f"{name}: {said}", mistake.hint)


def _scopes(chosen: Transform) -> str:
    return "write scope: value" if "value" in chosen.scopes else "write scope: entity(COLUMN)"


def _misplaced(document: Document, at: Location, name: str, rule: Rule) -> Iterator[Problem]:
    inside = "paths" in at
    if inside and rule.transform in STRUCTURED:
        yield document.problem(at, f"{name}: name the place inside the document by a longer path")
    if inside and not _PATH.fullmatch(str(at[-1])):
        yield document.problem(at, f"{name}: not a path", "write $.name, $.outer.inner or $.items[*].name")
    if inside and rule.entity and not _PATH.fullmatch(rule.entity):
        yield document.problem(
            (*at, "scope"), f"{name}: inside a document an entity is a path", "entity($.email)"
        )
