"""What people write, read strictly: YAML -> pydantic model, all problems at once, each with file:line.

Describing never connects: nothing here touches the network or Docker.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema

from foundation import aliases, mistakes, truths
from foundation.errors import InputError, Problem
from foundation.mistakes import Location as Location
from foundation.mistakes import Mistake
from foundation.mistakes import across as across
from foundation.wording import did_you_mean as did_you_mean

_TEXT, _MERGE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_ESCAPES = "a backslash is written twice within double quotes, once within single ones"
Model = TypeVar("Model", bound=BaseModel)


class Input(BaseModel):
    """Base of every model that a person fills: unknown keys are errors, values are frozen.

    `instead`: key of another document, or of another kind -> what to write here, told where it is unknown.
    """

    instead: ClassVar[Mapping[str, str]] = {}

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return truths.apart(handler(source))


@dataclass(frozen=True, kw_only=True)
class Document:
    """A YAML file's content and where each key and value stands, as file:line."""

    path: Path
    content: object
    places: Mapping[Location, str]

    def where(self, location: Location) -> str:
        """file:line of the nearest thing that was written at or above `location`."""
        return self.places.get(self.written(location), f"{self.path}:1")

    def file(self, location: Location) -> Path:
        """The file in which that was written: with `extends` there are several."""
        return Path(self.where(location).rpartition(":")[0])

    def written(self, location: Location) -> Location:
        """The steps of `location` that were written: not a missing key, not a tag that pydantic put there."""
        at: Location = ()
        for step in location:
            at = (*at, step) if (*at, step) in self.places else at
        return at

    def problem(self, location: Location, what: str, hint: str | None = None) -> Problem:
        return Problem(where=self.where(location), what=what, hint=hint)


class _TextKeys(yaml.SafeLoader):
    """Reads keys as the text that was written: a column may be called `no`, which YAML takes for false.

    What has a colon is text, as in YAML 1.2: the user 33:33 would be 2013, for YAML 1.1 counts in sixties.
    """

    def resolve(self, kind: type[yaml.Node], value: str, implicit: tuple[bool, bool]) -> str:
        tag = str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]
        return _TEXT if tag in _NUMBERS and ":" in value else tag

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != _MERGE:
                key.tag = _TEXT
        return super().construct_mapping(node, deep)


def as_key(name: str) -> str:
    """A name as a key that any YAML reader takes for this text."""
    reserved = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
    plain = re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_.$]*", name) and name.lower() not in reserved
    return name if plain else json.dumps(name, ensure_ascii=False)


def read(path: Path) -> Document:
    """The document in a YAML file. Raises InputError: no such file, not YAML, a key written twice."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise InputError("no such file", where=str(path), hint="check the path") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(path)) from error
    return parse(text, path)


def parse(text: str, path: Path) -> Document:
    """The document in `text`; `path` is what errors name."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        aliases.refuse_endless(node, path)
        content = _TextKeys(text).get_single_data()
        repeated = list(_twice(node))
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line + 1) if error.problem_mark else 1
        hint = _ESCAPES if "unknown escape" in str(error.problem) else None
        raise InputError(f"not YAML: {error.problem}", where=f"{path}:{line}", hint=hint) from error
    except (yaml.YAMLError, ValueError) as error:  # a control character, a 30th of February
        raise InputError(f"not YAML: {error}", where=f"{path}:1") from error
    except RecursionError as error:
        raise InputError("nested too deep, or an anchor inside itself", where=f"{path}:1") from error
    if repeated:
        twice = [Problem(where=f"{path}:{line}", what=f"{key!r} is written twice") for key, line in repeated]
        raise InputError("a key may be written once", where=str(path), problems=twice)
    places = {at: f"{path}:{line}" for at, line in _lines(node, ())} if node is not None else {}
    return Document(path=path, content=content, places=places)


def overlay(base: Document, over: Document) -> Document:
    """`over` on top of `base`: mappings merge key by key, anything else replaces, null removes."""
    content, places = _merged(base, over, ())
    return Document(path=over.path, content=content, places=places)


def _merged(base: Document, over: Document, at: Location) -> tuple[object, dict[Location, str]]:
    below, above = _at(base.content, at), _at(over.content, at)
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above, _under(over, at)
    content, places = {}, {at: over.where(at)}
    for key in [*below, *(key for key in above if key not in below)]:
        inner = (*at, key)
        if key not in above:
            content[key], found = below[key], _under(base, inner)
        elif key in below:
            content[key], found = _merged(base, over, inner)
        else:
            content[key], found = above[key], _under(over, inner)
        places |= found
    return {key: value for key, value in content.items() if value is not None}, places


def _at(content: object, at: Location) -> object:
    for step in at:
        content = content[step]  # type: ignore[index]  # only called for steps that are there
    return content


def _under(document: Document, at: Location) -> dict[Location, str]:
    return {place: where for place, where in document.places.items() if place[: len(at)] == at}


def load(path: Path, model: type[Model]) -> tuple[Model, Document]:
    """A validated model and its document (for later errors). Raises InputError with every problem."""
    document = read(path)
    return validate(document, model), document


def validate(document: Document, model: type[Model]) -> Model:
    """`document` as `model`. Raises InputError with every problem."""
    try:
        return model.model_validate(document.content)
    except ValidationError as error:
        wrong = mistakes.found(model, document.content, error)
        raise collected(document, _problems(document, wrong)) from error


def partly(document: Document, model: type[Model]) -> tuple[Document, Model | None, list[Problem]]:
    """What is right in `document`, that as `model` (None when too little is), and every problem.

    So that what is right can be checked further, and all that is wrong be told at once.
    """
    try:
        return document, model.model_validate(document.content), []
    except ValidationError as error:
        wrong = mistakes.found(model, document.content, error)
        problems = _problems(document, wrong)
        right = _without(
            document, {document.written(each.at if each.spoilt is None else each.spoilt) for each in wrong}
        )
    try:
        return right, model.model_validate(right.content), problems
    except ValidationError:
        return right, None, problems


def refuse(document: Document, problems: Sequence[Problem]) -> None:
    """Raises InputError when there are problems; does nothing otherwise."""
    if problems:
        raise collected(document, problems)


def collected(document: Document, problems: Sequence[Problem]) -> InputError:
    """The error that tells all problems of a document."""
    noun = "problem" if len(problems) == 1 else "problems"
    return InputError(f"{len(problems)} {noun} in {document.path}", problems=problems)


def _without(document: Document, wrong: Set[Location]) -> Document:
    """The document without those parts; the places of what stays are those where it was written."""
    content, places = _kept(document, (), (), wrong)
    return Document(path=document.path, content=content, places=places)


def _kept(
    document: Document, was: Location, now: Location, wrong: Set[Location]
) -> tuple[object, dict[Location, str]]:
    value, places = _at(document.content, was), {now: document.where(was)}
    if not isinstance(value, dict | list):
        return value, places
    steps = value if isinstance(value, dict) else range(len(value))
    right = [step for step in steps if (*was, step) not in wrong]
    kept: list[object] = []
    for number, step in enumerate(right):
        name = step if isinstance(value, dict) else number
        inner, found = _kept(document, (*was, step), (*now, name), wrong)
        kept.append(inner)
        places |= found
    return (dict(zip(right, kept, strict=True)) if isinstance(value, dict) else kept), places


def _problems(document: Document, found: Sequence[Mistake]) -> list[Problem]:
    return [document.problem(each.at, each.what, each.hint) for each in found]


def _lines(node: yaml.Node, at: Location) -> Iterator[tuple[Location, int]]:
    yield at, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*at, key.value)
            yield from _lines(value, inner)
            yield inner, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*at, index))


def _twice(node: yaml.Node | None) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.value, key.start_mark.line + 1
            seen.add(key.value)
            yield from _twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _twice(value)
