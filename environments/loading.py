"""From names on a command line or in a plan to definition, platform, topology, site. Reads files only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from environments import compiling, definition, giving, lookup, site
from environments.definition import Definition
from environments.site import Site
from environments.topology import Topology
from foundation import documents
from foundation.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A definition and the topology it compiles to."""

    definition: Definition
    topology: Topology

    @property
    def origin(self) -> str:
        """The folder in which the definition stands."""
        return str(self.definition.document.path.resolve().parent)


def topology_of(name: str, *, beside: Path) -> Loaded:
    """The definition of that name or path, compiled. Raises InputError with every problem."""
    loaded = definition.load(_found("definition", name, beside))
    try:
        return Loaded(definition=loaded, topology=compiling.compile_topology(loaded))
    except InputError as error:  # what people are to give is looked at all the same
        raise documents.collected(loaded.document, [*error.problems, *giving.missing(loaded)]) from None


def site_of(name: str, *, beside: Path) -> Site:
    """The site of that name or path. Raises InputError."""
    return site.load(_found("site", name, beside))


def _found(kind: str, name: str, beside: Path) -> Path:
    path = lookup.find(kind, name, beside=beside)
    if path is None:
        raise lookup.absent(kind, name, beside=beside)
    return path
