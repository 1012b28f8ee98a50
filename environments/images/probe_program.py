"""The program that asks nodes of foreign images, out of its image; kept in the cache by the image's id."""

from __future__ import annotations

import tempfile
from pathlib import Path

import docker

from environments.docker_errors import mapped
from environments.images.build import file_in
from environments.probes import IN_IMAGE
from foundation import folders


def read(client: docker.DockerClient, image: str) -> bytes:
    """The program of an image that the engine has, by its id."""
    kept = folders.cache() / "probes" / image.removeprefix("sha256:")
    if kept.is_file():
        return kept.read_bytes()
    with mapped("taking the program that asks nodes out of its image"):
        program = file_in(client, image, IN_IMAGE)
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as new:
        new.write(program)
    Path(new.name).rename(kept)
    return program
