"""Images travel to other hosts as one stream for each, only those that a host lacks. Builds nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import docker
from docker.errors import ImageNotFound

from environments.docker_errors import mapped
from environments.fleet import Fleet

_CHUNK = 1024**2


def spread(fleet: Fleet, ids: Iterable[str]) -> dict[str, int]:
    """Brings images of the home engine to every host. Returns host -> how many it lacked."""
    wanted, brought = sorted(set(ids)), dict[str, int]()
    for host, engine in fleet.hosts.items():
        if engine is fleet.home:
            continue
        with mapped(f"bringing images to {host}"):
            lacking = [identity for identity in wanted if not _has(engine, identity)]
            if lacking:
                engine.images.load(_saved(fleet.home, lacking))  # type: ignore[arg-type] # it is streamed
                brought[host] = len(lacking)
    return brought


def _has(engine: docker.DockerClient, identity: str) -> bool:
    try:
        engine.images.get(identity)
    except ImageNotFound:
        return False
    return True


def _saved(engine: docker.DockerClient, ids: list[str]) -> Iterator[bytes]:
    """`docker save` of several images: layers that they share are in it once."""
    # docker-py's own call takes one image; Docker takes several.
    api = engine.api
    response = api.get(f"{api.base_url}/v{api.api_version}/images/get", params={"names": ids}, stream=True)
    response.raise_for_status()
    return iter(response.iter_content(_CHUNK))
