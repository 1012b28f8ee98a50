"""What a person asks to stand, read and checked before any engine is asked. Reads files only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from environments import giving, loading
from environments.giving import Given
from environments.image_sources import ImageSource
from environments.site import Site
from environments.topology import Topology
from environments.words import checked_name
from foundation import units
from foundation.errors import InputError, PeakproofError

SHORTEST, LONGEST = 60.0, 90 * 86_400.0
"""Seconds that somebody may want an environment for: longer than a command holds it, and to an end."""
TWIN = "_source"
"""Ends the name of the environment that plays production beside a rehearsal's."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to stand: a topology under a name on a site. `folders`: image name -> what it is built of.

    `origin` is the folder of its definition: another folder's environment of that name is not touched.
    `given`: where the secrets come from that people give; `why`: what it is for, for others to read;
    `places`: image -> file:line of who says it.
    """

    name: str
    topology: Topology
    site: Site
    folders: Mapping[str, ImageSource]
    origin: str = ""
    given: tuple[Given, ...] = ()
    why: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    @contextmanager
    def telling_where(self) -> Iterator[None]:
        """An error that names an image says where that is written, unless it says another place."""
        try:
            yield
        except PeakproofError as error:
            named = (place for image, place in self.places.items() if image in error.what)
            error.where = error.where or next(named, None)
            raise


def read(definition: str, *, site: str, name: str | None, beside: Path) -> Wanted:
    """The definition and site of those names or paths. Raises InputError with every problem."""
    loaded = loading.topology_of(definition, beside=beside)
    given = giving.sources(loaded.definition)
    giving.refuse_missing(given, loaded.topology.secrets)
    return Wanted(
        name=named(name or loaded.definition.name, where="--name"),
        topology=loaded.topology,
        site=loading.site_of(site, beside=beside),
        folders=loaded.definition.platform.image_sources(loaded.topology.images()),
        origin=loaded.origin,
        given=given,
        places=loaded.definition.image_places,
    )


def lasting(text: str) -> float:
    """Seconds of a --ttl. Raises InputError."""
    try:
        seconds = units.duration(text)
    except ValueError as error:
        raise InputError(str(error), where="--ttl") from error
    if not SHORTEST <= seconds <= LONGEST:
        what = f"an environment stays for 1m to 90d, not for {text.strip()}"
        raise InputError(what, where="--ttl", hint="`env down` takes one down at once")
    return seconds


def standing(text: str) -> str:
    """The name of what may stand: what a person can give, or the twin of a rehearsal. Raises InputError."""
    named(text.removesuffix(TWIN), where="NAME")
    return text


def named(text: str, *, where: str) -> str:
    """The text, if something can be called so. Raises InputError."""
    try:
        return checked_name(text)
    except ValueError as error:
        raise InputError(str(error), where=where) from error
