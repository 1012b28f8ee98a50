"""Names in a definition that stand for nothing, told of one that is wrong elsewhere, too. Pure.

A definition that fits no model is looked at as it was written: every word that is right on its own counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from environments.platform import Platform
from environments.services import KINDS, AnyOptions
from foundation.documents import Document, Location, did_you_mean
from foundation.errors import Problem

RESERVED: Mapping[str, str] = {
    "door": "the door, through which people reach the environment, is called so",
    "generator": "the load generator of a rehearsal is called so",
    "localhost": "every node means itself by it",
}


def of_written(document: Document) -> Iterator[Problem]:
    """Reserved names, and services that are named and not there, in whatever was written."""
    services = _keys(document, "services")
    yield from reserved(document, services)
    if not services:  # that is what is wrong, and told
        return
    entry = _at(document.content, "entry")
    partners = {("partners", name, "simulator"): name for name in _keys(document, "partners")}
    named = {("entry",): entry} | {at: _at(document.content, *at) for at in partners}
    for at, service in named.items():
        if isinstance(service, str) and service not in services:
            yield no_service(document, at, service, services)
    for name in services:
        behind = _at(document.content, "services", name, "to")
        balances = _at(document.content, "services", name, "kind") == "haproxy"
        if balances and isinstance(behind, str) and behind not in services:
            yield unmet(document, ("services", name, "to"), name, behind, services)


def reserved(document: Document, services: Mapping[str, object]) -> Iterator[Problem]:
    """Services that are called like something that is there anyway."""
    for name in services:
        if name in RESERVED:
            what = f"no service can be called {name!r}: {RESERVED[name]}"
            yield document.problem(("services", name), what, "choose another name")


def no_service(document: Document, at: Location, service: str, services: Mapping[str, object]) -> Problem:
    """A name that should be a service's."""
    hint = did_you_mean(service, services)
    return document.problem(at, f"no service {service!r} in the definition", hint)


def unmet(
    document: Document, at: Location, name: str, needed: str, services: Mapping[str, object]
) -> Problem:
    """A service that needs another, which is not there."""
    what = f"service {name!r} needs {needed!r}, which the definition does not have"
    return document.problem(at, what, did_you_mean(needed, services))


def of_platform(
    document: Document, services: Mapping[str, AnyOptions], platform: Platform
) -> Iterator[Problem]:
    """Words that the platform does not know, such as its processes."""
    for name, options in services.items():
        for at, what, allowed in KINDS[options.kind].problems(options, platform):
            hint = did_you_mean(str(getattr(options, str(at[-1]))), allowed) if allowed else None
            yield document.problem(("services", name, *at), what, hint)


def _keys(document: Document, name: str) -> dict[str, object]:
    """The mapping of that name, as far as one was written."""
    found = _at(document.content, name)
    return {str(key): value for key, value in found.items()} if isinstance(found, dict) else {}


def _at(content: object, *steps: str) -> object:
    for step in steps:
        content = content.get(step) if isinstance(content, dict) else None
    return content
