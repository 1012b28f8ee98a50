"""Where several types may stand: which of them a person meant, and all of them in words. Pure."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from foundation import wording

# Any: a type as it was written, which may be a class, a union, a generic or one of these with notes.
Annotation: TypeAlias = Any
Shape = Literal["keys", "list", "text", "number", "truth", "nothing"]


@dataclass(frozen=True, kw_only=True)
class Called:
    """How people call what may stand there, as a note of a type: "a path such as /data"."""

    words: str


@dataclass(frozen=True)
class ByWord:
    """A note of a list: a command, whose words stand apart."""


def parted(annotation: Annotation) -> tuple[Annotation, tuple[object, ...]]:
    """The type alone, and its notes; that nothing may stand there too is left out."""
    notes: tuple[object, ...] = ()
    while True:
        if _origin(annotation) is Annotated:
            annotation, *beside = get_args(annotation)
            notes = (*beside, *notes)
        elif _is_union(annotation) and len(left := _somethings(annotation)) == 1:
            annotation = left[0]
        else:
            return annotation, notes


def _origin(annotation: Annotation) -> Annotation:
    return get_origin(annotation)


def _is_union(annotation: Annotation) -> bool:
    return _origin(annotation) in (Union, types.UnionType)


def _somethings(annotation: Annotation) -> tuple[Annotation, ...]:
    return tuple(each for each in get_args(annotation) if each is not type(None))


def bare(annotation: Annotation) -> Annotation:
    """The type without its notes."""
    return parted(annotation)[0]


def branches(annotation: Annotation) -> tuple[Annotation, ...]:
    """The types of which any may stand there; none where there is but one."""
    found = bare(annotation)
    return _somethings(found) if _is_union(found) else ()


def discriminator(annotation: Annotation) -> str | None:
    """The field whose word decides which of the types it is, if one does."""
    said = (each.discriminator for each in parted(annotation)[1] if isinstance(each, FieldInfo))
    return next((name for name in said if isinstance(name, str)), None)


def is_by_word(annotation: Annotation) -> bool:
    """Whether it is a command, word by word."""
    return any(isinstance(each, ByWord) for each in parted(annotation)[1])


def model(annotation: Annotation) -> type[BaseModel] | None:
    """The model that stands there, if one does."""
    found = bare(annotation)
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def tagged(annotation: Annotation, field: str) -> dict[str, type[BaseModel]]:
    """Word of the discriminator -> the model that it chooses."""
    models = [found for each in branches(annotation) if (found := model(each))]
    return {str(word): each for each in models for word in get_args(each.model_fields[field].annotation)}


def meant(annotations: Sequence[Annotation], value: object) -> int | None:
    """Which of the types a person plainly meant who wrote `value`; None where that is not plain."""
    like = [number for number, each in enumerate(annotations) if _shape(each) == shape_of(value)]
    if len(like) <= 1 or not isinstance(value, dict):
        return like[0] if len(like) == 1 else None
    fits = {number: _fit(annotations[number], value) for number in like}
    best = max(fits.values())
    first = [number for number, fit in fits.items() if fit == best]
    return first[0] if len(first) == 1 and best[0] else None


def _fit(annotation: Annotation, value: Mapping[str, object]) -> tuple[int, int]:
    """How many of the keys that were written it knows; and, less is better, how many it lacks."""
    known = max((keys(each) for each in _models(annotation)), key=len, default={})
    lacking = [key for key, needed in known.items() if needed and key not in value]
    return len(known.keys() & value.keys()), -len(lacking)


def keys(found: type[BaseModel]) -> dict[str, bool]:
    """The keys of a model as they are written -> whether they must be there."""
    return {field.alias or name: field.is_required() for name, field in found.model_fields.items()}


def keys_of(annotation: Annotation) -> dict[str, bool]:
    """The same of a type, which has none where it is no model."""
    found = model(annotation)
    return keys(found) if found else {}


def _models(annotation: Annotation) -> list[type[BaseModel]]:
    return [found for each in branches(annotation) or (annotation,) if (found := model(each))]


def shape_of(value: object) -> Shape:
    """What kind of thing a value of YAML is."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "truth"
        case int() | float():
            return "number"
        case dict():
            return "keys"
        case list() | tuple():
            return "list"
    return "text"


def _shape(annotation: Annotation) -> Shape:
    found = bare(annotation)
    inner = _origin(found)
    if _is_union(found):
        return _shape(branches(found)[0])  # a discriminator's: all of them are models
    if inner is Literal:
        return shape_of(get_args(found)[0])
    kind = inner if isinstance(inner, type) else found
    if not isinstance(kind, type) or issubclass(kind, Enum | str):
        return "text"
    if issubclass(kind, BaseModel | Mapping):
        return "keys"
    if issubclass(kind, Sequence | Set):
        return "list"
    if kind is bool:
        return "truth"
    return "number" if issubclass(kind, int | float) else "text"


def expected(annotations: Sequence[Annotation], value: object) -> str:
    """What may stand there and what stood there."""
    if _is_text_in_quotes(annotations, value):
        return wording.told("string_type", value, "")
    words = [each for annotation in annotations for each in _words(annotation)]
    return f"expected {wording.listed(list(dict.fromkeys(words)))}, got {wording.what(value)}"


def _is_text_in_quotes(annotations: Sequence[Annotation], value: object) -> bool:
    """Whether it would be right in quotes: 7 where any text may stand."""
    if shape_of(value) not in ("number", "truth"):
        return False
    for annotation in annotations:
        if _shape(annotation) == "text":
            try:
                TypeAdapter(annotation).validate_python(wording.shown(value))
            except ValidationError:
                continue
            return True
    return False


def _words(annotation: Annotation) -> list[str]:
    called = [each.words for each in parted(annotation)[1] if isinstance(each, Called)]
    if called:
        return called
    if models := _models(annotation):
        return [_as_written(each) for each in models]
    if _origin(bare(annotation)) is Literal:
        return [wording.shown(each) for each in get_args(bare(annotation))]
    return [_SHAPES[_shape(annotation)]]


def _as_written(found: type[BaseModel]) -> str:
    """A model as people write it: `{as: environment, variable, value}`."""
    return "{" + ", ".join(_key(name, field) for name, field in found.model_fields.items()) + "}"


def _key(name: str, field: FieldInfo) -> str:
    words = get_args(field.annotation) if _origin(field.annotation) is Literal else ()
    return f"{field.alias or name}: {words[0]}" if len(words) == 1 else field.alias or name


_SHAPES: Mapping[Shape, str] = {
    "keys": "keys with values",
    "list": "a list",
    "text": "text",
    "number": "a number",
    "truth": "true or false",
    "nothing": "nothing",
}
