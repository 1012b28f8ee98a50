"""The secrets that people give to a definition: where each comes from, what is missing, and their values.

Values are read when an instance is made and not before; none is ever in an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from environments.definition import Definition, GivenInput
from environments.services.application import ApplicationOptions
from environments.services.container import ContainerOptions
from environments.topology import SecretRef
from foundation.errors import InputError, Problem
from foundation.given import FromCommand, FromFile, FromVariable, Source
from foundation.secrets import Secret

_WITH_SECRETS = (ApplicationOptions, ContainerOptions)


@dataclass(frozen=True, kw_only=True)
class Given:
    """A secret of the definition, the place where it says so, and its source."""

    name: str
    where: str
    source: Source


def sources(definition: Definition) -> tuple[Given, ...]:
    """What `secrets` of the definition says. A file stands beside the document that names it."""
    document = definition.document
    return tuple(
        Given(
            name=name,
            where=document.where(("secrets", name)),
            source=_source(written, definition, name),
        )
        for name, written in definition.written.secrets.items()
    )


def _source(written: GivenInput, definition: Definition, name: str) -> Source:
    if written.file is not None:
        return FromFile(path=definition.document.file(("secrets", name, "file")).parent / written.file)
    if written.variable is not None:
        return FromVariable(variable=written.variable)
    return FromCommand(words=written.command or ())


def refuse_missing(given: Iterable[Given], wanted: Iterable[SecretRef]) -> None:
    """Raises InputError with every file, variable and program that is not there. Reads and runs nothing."""
    _refuse(_missing(_asked_for(given, wanted)))


def missing(definition: Definition) -> list[Problem]:
    """The same of a definition that compiles to nothing: of what its processes name."""
    processes = definition.platform.written.processes.values()
    services = definition.written.services.values()
    named = {name for each in processes for name in each.secrets}
    named |= {name for each in services if isinstance(each, _WITH_SECRETS) for name in each.secrets}
    return _missing(each for each in sources(definition) if each.name in named)


def _missing(asked_for: Iterable[Given]) -> list[Problem]:
    return [
        Problem(where=each.where, what=f"secret {each.name!r}: {lack}")
        for each in asked_for
        if (lack := each.source.lacks())
    ]


def read(given: Iterable[Given], wanted: Iterable[SecretRef]) -> dict[str, Secret]:
    """The values that are asked for, each read once. Raises InputError with every one that cannot be had."""
    values, problems = {}, []
    for each in _asked_for(given, wanted):
        try:
            values[each.name] = each.source.read()
        except InputError as error:
            what = f"secret {each.name!r}: {error.what}"
            problems.append(Problem(where=each.where, what=what, hint=error.hint))
    _refuse(problems)
    return values


def _asked_for(given: Iterable[Given], wanted: Iterable[SecretRef]) -> list[Given]:
    names = {ref.name for ref in wanted if ref.kind == "given"}
    return [each for each in given if each.name in names]


def _refuse(problems: list[Problem]) -> None:
    if problems:
        count = f"{len(problems)} secret{'' if len(problems) == 1 else 's'}"
        raise InputError(f"{count} cannot be had", problems=problems)
