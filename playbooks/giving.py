"""Secrets among a site's variables: its file says where each comes from, never what it is.

An option with `no_log` is one: {file: PATH}, {variable: NAME} or {command: [PROGRAM, WORD…]} stands for it,
or for each of its values. Only `read` reads, and no error has a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from environments.site import Site
from foundation.documents import Document, Location
from foundation.errors import InputError, Problem
from foundation.given import FromCommand, FromFile, FromVariable, Source
from playbooks.specs import Option

_HINT = "say where it comes from: {file: PATH}, {variable: NAME} or {command: [PROGRAM, ARGUMENT]}"


def source(written: object, beside: Path) -> Source | None:
    """Where a secret comes from, if that is what was written."""
    if not isinstance(written, dict) or len(written) != 1:
        return None
    ((kind, where),) = written.items()
    if kind == "file" and isinstance(where, str):
        return FromFile(path=beside / Path(where).expanduser())
    if kind == "variable" and isinstance(where, str):
        return FromVariable(variable=where)
    if (
        kind == "command"
        and isinstance(where, list)
        and where
        and all(isinstance(word, str) for word in where)
    ):
        return FromCommand(words=tuple(where))
    return None


def problems(document: Document, known: Mapping[str, Option]) -> list[Problem]:
    """Secrets that stand in the file itself, and sources that are not there, each at its line."""
    return [each for at, value in _secrets(document, known) for each in _lacks(document, at, value)]


def read(site: Site, document: Document, known: Mapping[str, Option]) -> Site:
    """The site with its secrets. Raises InputError with every one that cannot be had."""
    lacking: list[Problem] = []
    resolve = _resolver(document, lacking)

    def with_secrets(written: Mapping[str, object], at: Location) -> dict[str, object]:
        secret = {name for name in written if name in known and known[name].secret}
        return {
            name: resolve((*at, name), value) if name in secret else value for name, value in written.items()
        }

    hosts = {
        name: host.model_copy(
            update={"variables": with_secrets(host.variables, ("hosts", name, "variables"))}
        )
        for name, host in site.hosts.items()
    }
    variables = with_secrets(site.variables, ("variables",))
    if lacking:
        raise InputError("not every secret can be had", problems=lacking)
    return site.model_copy(update={"variables": variables, "hosts": hosts})


def _resolver(document: Document, lacking: list[Problem]) -> Callable[[Location, object], object]:
    def resolve(at: Location, value: object) -> object:
        found = source(value, document.file(at).parent)
        if found is not None:
            try:
                return found.read()
            except InputError as error:
                lacking.append(document.problem(at, f"{_named(at)}: {error.what}", error.hint))
                return None
        if isinstance(value, dict):
            return {key: resolve((*at, key), inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [resolve((*at, number), inner) for number, inner in enumerate(value)]
        return value

    return resolve


def _secrets(document: Document, known: Mapping[str, Option]) -> Iterator[tuple[Location, object]]:
    content = document.content
    assert isinstance(content, dict)
    parts: list[tuple[Location, object]] = [(("variables",), content.get("variables"))]
    for host, described in (content.get("hosts") or {}).items():
        if isinstance(described, dict):
            parts.append((("hosts", host, "variables"), described.get("variables")))
    for at, variables in parts:
        for name, value in variables.items() if isinstance(variables, dict) else ():
            if name in known and known[name].secret:
                yield (*at, name), value


def _lacks(document: Document, at: Location, value: object) -> Iterator[Problem]:
    found = source(value, document.file(at).parent)
    if found is not None:
        lack = found.lacks()
        if lack:
            yield document.problem(at, f"{_named(at)}: {lack}")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _lacks(document, (*at, key), inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _lacks(document, (*at, number), inner)
    else:
        yield document.problem(at, f"{_named(at)} is a secret, and does not stand here", _HINT)


def _named(at: Location) -> str:
    start = at.index("variables") + 1
    return repr(".".join(str(step) for step in at[start:]))
