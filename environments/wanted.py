"""What a person asks to stand, read and checked before any engine is asked. Reads files only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from environments import giving, loading
from environments.giving import Given
from environments.platform import checked_name
from environments.site import Site
from environments.topology import Topology
from foundation import units
from foundation.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to stand: a topology under a name on a site. `folders`: image name -> the platform's folder.

    `origin` is the folder of its definition: another folder's environment of that name is not touched.
    `given`: where the secrets come from that people give.
    """

    name: str
    topology: Topology
    site: Site
    folders: Mapping[str, Path]
    origin: str = ""
    given: tuple[Given, ...] = ()


def read(definition: str, *, site: str, name: str | None, beside: Path) -> Wanted:
    """The definition and site of those names or paths. Raises InputError with every problem."""
    loaded = loading.topology_of(definition, beside=beside)
    given = giving.sources(loaded.definition)
    giving.refuse_missing(given, loaded.topology.secrets)
    return Wanted(
        name=named(name or loaded.definition.name, where="--name"),
        topology=loaded.topology,
        site=loading.site_of(site, beside=beside),
        folders=loaded.definition.platform.image_folders(),
        origin=loaded.origin,
        given=given,
    )


def lasting(text: str) -> float:
    """Seconds of a --ttl. Raises InputError."""
    try:
        seconds = units.duration(text)
    except ValueError as error:
        raise InputError(str(error), where="--ttl") from error
    if not seconds:
        raise InputError("an environment cannot stay for no time", where="--ttl", hint="use `env down`")
    return seconds


def named(text: str, *, where: str) -> str:
    """The text, if something can be called so. Raises InputError."""
    try:
        return checked_name(text)
    except ValueError as error:
        raise InputError(str(error), where=where) from error
