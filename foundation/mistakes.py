"""What pydantic finds wrong with a value becomes mistakes at the keys that a person wrote. Pure.

Of a union pydantic tells what is wrong by each of its types; here it is one mistake: by the type that was
plainly meant, or else what may stand there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, cast, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from foundation import unions, units, wording
from foundation.unions import Annotation
from foundation.wording import did_you_mean

Location = tuple[str | int, ...]
_UNION = "union"
_KEY = "[key]"
"""What pydantic calls a key that is itself wrong."""


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One thing that is wrong, all of it, or `said` without its place.

    `at`: the steps to it, of which the last ones may not have been written. `spoilt`: the steps to what is
    of no use because of it, where that is more.
    """

    at: Location
    said: str
    hint: str | None = None
    whole: str | None = None
    spoilt: Location | None = None

    @property
    def what(self) -> str:
        if self.whole is not None:
            return self.whole
        return f"{_named(self.at)!r}: {self.said}" if self.at else f"the document: {self.said}"


@dataclass(frozen=True, kw_only=True)
class _Error:
    """One error of pydantic's. `rest`: its steps from `at` on, with the names of types among them.

    `own`: the type of what stands at `at`; `holder`: of what it stands in.
    """

    at: Location
    rest: Location
    kind: str
    message: str
    value: object
    context: dict[str, Any]  # Any: as pydantic has it
    own: Annotation = None
    holder: Annotation = None

    def on(self, step: str | int, holder: Annotation) -> _Error:
        """Of what stands at that step of a thing of the type `holder`."""
        return replace(self, at=(*self.at, step), rest=self.rest[1:], holder=holder)

    def through(self) -> _Error:
        """Past the name of a type, which nobody wrote."""
        return replace(self, rest=self.rest[1:])


def across(*found: tuple[Location, str]) -> ValidationError:
    """What a validator of several keys raises: each mistake at the key that is wrong, from the model on."""
    lines = [
        InitErrorDetails(
            type=PydanticCustomError("across_keys", "{said}", {"said": said}), loc=at, input=None
        )
        for at, said in found
    ]
    return ValidationError.from_exception_data("keys", lines)


def found(model: type[BaseModel], content: object, error: ValidationError) -> list[Mistake]:
    """Every mistake in `content` that kept it from being a `model`."""
    errors = [_read(details) for details in error.errors()]
    return [_told(each, content) for each in _chosen(model, errors, content)]


def _read(details: ErrorDetails) -> _Error:
    return _Error(
        at=(),
        rest=tuple(details["loc"]),
        kind=details["type"],
        message=details["msg"],
        value=details.get("input"),
        context=dict(details.get("ctx", {})),
    )


def _chosen(annotation: Annotation, errors: Sequence[_Error], value: object) -> Iterator[_Error]:
    """The errors of this type at this place, those of types that were not meant left out."""
    yield from (replace(each, own=annotation) for each in errors if not each.rest)
    deeper = [each for each in errors if each.rest]
    if not deeper:
        return
    if types := unions.branches(annotation):
        yield from _of_union(annotation, types, deeper, value)
        return
    for step, each in _grouped(deeper).items():
        inner = _inside(annotation, step)
        yield from _chosen(inner, [error.on(step, annotation) for error in each], _at(value, step))


def _of_union(
    annotation: Annotation, types: Sequence[Annotation], errors: Sequence[_Error], value: object
) -> Iterator[_Error]:
    groups = _grouped(errors)
    if (field := unions.discriminator(annotation)) is not None:
        models = unions.tagged(annotation, field)
        for word, each in groups.items():
            yield from _chosen(models.get(str(word)), [error.through() for error in each], value)
        return
    meant = unions.meant(types, value)
    if len(groups) != len(types) or any(_was_written(value, name) for name in groups):
        # A validator has chosen one of them already.
        yield from _chosen(None if meant is None else types[meant], errors, value)
    elif meant is None:
        first = errors[0]
        told = unions.expected(types, value)
        yield replace(first, rest=(), kind=_UNION, message=told, value=value)
    else:
        yield from _chosen(types[meant], [each.through() for each in [*groups.values()][meant]], value)


def _was_written(value: object, step: str | int) -> bool:
    return isinstance(value, dict) and step in value


def _grouped(errors: Iterable[_Error]) -> dict[str | int, list[_Error]]:
    """First step -> the errors below it, in their order."""
    groups: dict[str | int, list[_Error]] = {}
    for each in errors:
        groups.setdefault(each.rest[0], []).append(each)
    return groups


def _inside(annotation: Annotation, step: str | int) -> Annotation:
    """The type of what stands at that key or number; None where nobody says."""
    if model := unions.model(annotation):
        fields = (field for name, field in model.model_fields.items() if step in (field.alias, name))
        field = next(fields, None)
        return Annotated[field.annotation, *field.metadata, field] if field else None
    found = unions.bare(annotation)
    inner = [each for each in get_args(found) if each is not Ellipsis]
    return inner[-1] if inner else None


def _at(value: object, step: str | int) -> object:
    """What stands at that key or number; nothing where it was not written."""
    if isinstance(value, dict):
        return value.get(step)
    inside = isinstance(value, list) and isinstance(step, int) and step < len(value)
    return value[step] if inside else None  # type: ignore[index]  # it was looked at


def _told(error: _Error, content: object) -> Mistake:
    match error.kind:
        case "union_tag_invalid":
            return _unknown_tag(error)
        case "union_tag_not_found":
            return _no_tag(error)
        case "extra_forbidden":
            return _unknown_key(error)
        case "missing":
            return _missing(error.at)
        case "across_keys":
            needed = error.at and unions.keys_of(error.holder).get(str(error.at[-1]), False)
            return Mistake(at=error.at, said=error.message, spoilt=error.at[:-1] if needed else None)
    if not error.at and content is None:
        return Mistake(at=(), said="is empty", whole="the document is empty")
    written, limit = _written_at(content, error.at), _limit(error)
    if limit is not None:
        said = wording.beyond(error.kind, units.in_unit_of(written, limit), written)
    elif error.kind in ("model_type", "model_attributes_type"):
        tag = unions.discriminator(error.own)
        said = wording.mapping(error.value, [_tags(error)[0]] if tag else list(unions.keys_of(error.own)))
    elif error.kind == "tuple_type" and unions.is_by_word(error.own):
        said = wording.by_word(error.value)
    else:
        said = wording.told(error.kind, error.value, error.message)
    return Mistake(at=error.at, said=said)


def _missing(at: Location, hint: str | None = None) -> Mistake:
    return Mistake(at=at, said=f"{at[-1]!r} is missing", hint=hint, whole=f"{_named(at)!r} is missing")


def _named(at: Location) -> str:
    return ".".join(str(step) for step in at if step != _KEY)


def _unknown_key(error: _Error) -> Mistake:
    key, model = str(error.at[-1]), unions.model(error.holder)
    known = cast(Mapping[str, str], getattr(model, "instead", {}))
    hint = known.get(key) or (did_you_mean(key, unions.keys(model)) if model else None)
    told = f"unknown key {_named(error.at)!r}"
    return Mistake(at=error.at, said=f"unknown key {key!r}", hint=hint, whole=told)


def _unknown_tag(error: _Error) -> Mistake:
    """A key whose word decides which other keys there are, and which is none of those words."""
    key, words = _tags(error)
    at, word = (*error.at, key), str(error.context["tag"])
    return Mistake(at=at, said=f"unknown {word!r}", hint=did_you_mean(word, words), spoilt=error.at)


def _no_tag(error: _Error) -> Mistake:
    """The key whose word decides which other keys there are is not there."""
    key, words = _tags(error)
    if not isinstance(error.value, dict):
        return Mistake(at=error.at, said=wording.mapping(error.value, [key]))
    return _missing((*error.at, key), did_you_mean("", words))


def _tags(error: _Error) -> tuple[str, list[str]]:
    """The key that decides, as it is written, and the words that it may have."""
    field = unions.discriminator(error.own)
    assert field is not None, "pydantic tells of a tag"
    models = unions.tagged(error.own, field)
    alias = next(iter(models.values())).model_fields[field].alias
    return alias or field, list(models)


def _limit(error: _Error) -> float | None:
    """The limit that a number did not keep."""
    return next((error.context[each] for each in ("ge", "gt", "le", "lt") if each in error.context), None)


def _written_at(content: object, at: Location) -> object:
    for step in at:
        content = _at(content, step)
    return content
