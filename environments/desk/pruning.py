"""What is left over on a Docker host: environments that nobody holds, images that newer ones replaced.

The reaper takes such environments, where it runs and can. Images are never taken by themselves: an older
version of a definition may want them again, and builds them again if they are gone.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

import docker
from docker.errors import APIError, NotFound

from environments import environment, labels
from environments.containers import leases, locks, manifests
from environments.docker_errors import mapped
from environments.dockerfiles import PREFIX
from environments.images.build import LABEL
from environments.instance import AnotherVersion, from_json
from foundation.errors import Refused
from foundation.units import size_in_words


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image of ours. `name`: what it is an image of; `size` in bytes, layers that it shares counted."""

    id: str
    name: str
    tag: str
    created: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Leftovers:
    """What may go: names of environments, and images."""

    environments: tuple[str, ...]
    images: tuple[Image, ...]

    def __bool__(self) -> bool:
        return bool(self.environments or self.images)


def found(client: docker.DockerClient) -> Leftovers:
    """What is left over on a Docker host, for people to look at first."""
    with mapped("looking for what is left over"):
        return Leftovers(
            environments=tuple(_lapsed(client)), images=tuple(superseded(_images(client), _used(client)))
        )


def superseded(images: Iterable[Image], used: Set[str]) -> list[Image]:
    """Of each name all but the newest, unless a container or an environment has it. Pure."""
    newest: dict[str, Image] = {}
    by_age = sorted(images, key=lambda image: (image.created, image.tag))
    for image in by_age:
        newest[image.name] = image
    return [image for image in by_age if image.id != newest[image.name].id and image.id not in used]


def told(leftovers: Leftovers) -> list[str]:
    """A line for each of them, for people. Pure."""
    return [
        *(f"environment {name}: nobody holds a lease on it" for name in leftovers.environments),
        *(
            f"image {image.tag}: a newer one was made ({size_in_words(image.size)} with what it shares)"
            for image in leftovers.images
        ),
    ]


def remove(client: docker.DockerClient, leftovers: Leftovers) -> list[str]:
    """Removes them; returns what stayed, and why."""
    kept: list[str] = []
    for name in leftovers.environments:
        try:
            if _is_lapsed(client, name):  # still: somebody may have extended it since
                environment.down(client, name)
        except Refused as error:
            kept.append(f"{name}: {error.what}")
    for image in leftovers.images:
        try:
            client.images.remove(image.tag)
        except NotFound:
            continue
        except APIError as error:
            kept.append(f"{image.tag}: {error.explanation}")
    return kept


def _lapsed(client: docker.DockerClient) -> list[str]:
    return [name for name in sorted(_instances(client)) if _is_lapsed(client, name)]


def _is_lapsed(client: docker.DockerClient, name: str) -> bool:
    """Whether nobody holds it: no lease in force, and no command that has just begun."""
    lease = leases.newest(client, name)
    if lease is not None and lease.until > time.time():
        return False
    with contextlib.suppress(Refused):
        locks.refuse_if_held(client, name)
        return True
    return False


def _instances(client: docker.DockerClient) -> Iterator[str]:
    """The names that anything of ours has."""
    wanted = labels.ours()
    things = [
        *(each.labels for each in client.containers.list(all=True, filters=wanted, ignore_removed=True)),
        *(each.attrs["Labels"] for each in client.networks.list(filters=wanted)),
        *(each.attrs["Labels"] for each in client.volumes.list(filters=wanted)),
    ]
    yield from {tags[labels.INSTANCE] for tags in things if labels.INSTANCE in tags}


def _images(client: docker.DockerClient) -> Iterator[Image]:
    for image in client.images.list(filters={"label": LABEL}):
        for tag in image.tags:
            if tag.startswith(PREFIX):
                yield Image(
                    id=str(image.id),
                    name=tag.rpartition(":")[0],
                    tag=tag,
                    created=str(image.attrs["Created"]),
                    size=int(image.attrs["Size"]),
                )


def _used(client: docker.DockerClient) -> set[str]:
    """Ids of images that a container has, or an environment would start one from."""
    used = {str(each["ImageID"]) for each in client.api.containers(all=True)}
    for name in manifests.names(client):
        recorded = manifests.read(client, name)
        with contextlib.suppress(AnotherVersion):
            used |= set(from_json(recorded, {}).images.values()) if recorded else set()
    return used
