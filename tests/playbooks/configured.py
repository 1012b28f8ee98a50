"""Three configured hosts for tests of what stands on them: from images, while nothing about hosts changed.

To configure bare hosts takes minutes, and `make test` does that for one. These are configured from bare once;
what each has become is kept as an image of its own, under the hash of everything that made it so, with the
authority of their certificates beside. What the engine of a host holds lies on a volume and is not kept: from
an image it begins empty, outside of any swarm.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import docker

from environments import images
from environments.images import context
from foundation import folders
from playbooks import sandbox
from playbooks.sandbox import Sandbox
from playbooks.sandbox.running import IMAGES
from tests.environments import commanding

NAME = "test-configured"
_KEPT = f"peakproof/{NAME}"
_AUTHORITY = "authority.pem"  # where the site of a sandbox says (playbooks/sandbox/describing.py)
_PLAYBOOKS = Path(sandbox.__file__).parent.parent
_WITHIN = 1200.0  # seconds for three hosts from bare, with an empty cache of packages beside a busy neighbour


@contextmanager
def configured() -> Iterator[Sandbox]:
    """The sandbox, configured, gone afterwards. Whoever comes second waits: there is one at a time."""
    client = docker.from_env()
    folders.cache().mkdir(parents=True, exist_ok=True)
    with (folders.cache() / f"{NAME}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            sandbox.down(client, NAME)  # of a run that was killed
            yield _made(client)
        finally:
            sandbox.down(client, NAME)
            client.close()


def _made(client: docker.DockerClient) -> Sandbox:
    box = sandbox.up(client, NAME)
    key = _key(client, box)
    kept, authority = _images(client, key), folders.cache() / f"{NAME}-{key}.pem"
    if kept.keys() != set(box.hosts) or not authority.is_file():
        _configure(box)
        _keep(client, box, key)
        shutil.copy(box.folder / _AUTHORITY, authority)
        return box
    sandbox.down(client, NAME)
    box = sandbox.up(client, NAME, image=kept)
    shutil.copy(authority, box.folder / _AUTHORITY)
    _configure(box, "--tags", "swarm")
    return box


def _key(client: docker.DockerClient, box: Sandbox) -> str:
    """Of the roles and all that chooses their variables, of the bare image, and of where the hosts stand."""
    bare = images.ensure(IMAGES, folders=IMAGES, client=client)["sandbox/host"].id
    return context.read(_PLAYBOOKS).digest(bare, str(box.subnet))[:12]


def _images(client: docker.DockerClient, key: str) -> Mapping[str, str]:
    """Host -> its image, of those that were kept under the key."""
    return {
        tag.rpartition(":")[2].removesuffix(f"-{key}"): str(image.id)
        for image in client.images.list(name=_KEPT)
        for tag in image.tags
        if tag.endswith(f"-{key}")
    }


def _configure(box: Sandbox, *options: str) -> None:
    done = commanding.run("hosts", "configure", str(box.site), *options, within=_WITHIN)
    assert done.returncode == 0, done.stderr


def _keep(client: docker.DockerClient, box: Sandbox, key: str) -> None:
    """In place of what an earlier state of the roles had left."""
    for authority in folders.cache().glob(f"{NAME}-*.pem"):
        authority.unlink()
    for image in client.images.list(name=_KEPT):
        for tag in image.tags:
            client.images.remove(tag, force=True)
    for host in box.hosts:
        client.containers.get(box.container(host)).commit(repository=_KEPT, tag=f"{host}-{key}")
