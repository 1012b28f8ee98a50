"""What a site's machines lack of what the faults of a plan need: asked before anything is made."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping

import docker
import requests
from docker.errors import DockerException

from environments import images
from environments.containers import capable
from environments.docker_client import connect
from environments.faults import abilities
from foundation.errors import PeakproofError
from peakproof.season import Season


def at_once() -> Mapping[str, str]:
    """Capability -> why it is lacking, as far as it can be told without building or waiting for anything."""
    return looked_at() or {}  # else it is told when the images are there


def looked_at() -> Mapping[str, str] | None:
    """The same; None where nothing can be tried yet."""
    with contextlib.suppress(PeakproofError, DockerException, requests.RequestException):
        client = connect()
        tag = images.planned([capable.IMAGE], folders={})[capable.IMAGE].tag
        return capable.lacking(client, str(client.images.get(tag).id))
    return None


def of(season: Season, engines: Iterable[docker.DockerClient], built: Mapping[str, str]) -> dict[str, str]:
    """The same of all of a site's engines, when the images are built."""
    if not abilities.needs_a_look(frozenset(line.fault for line in season.written.timeline)):
        return {}
    found: dict[str, str] = {}
    for engine in engines:
        found |= capable.lacking(engine, built[capable.IMAGE])
    return found
