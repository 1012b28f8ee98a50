"""Locks: one command at a time changes an environment. A lock is a container that is created, never started.

Docker gives a name to the first who asks for it; the labels say who has it. It holds while the working lease
of its holder is alive, wherever that process runs.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import docker
from docker.errors import APIError, NotFound
from docker.models.containers import Container

from environments import labels
from environments.containers import holder, leases
from environments.docker_errors import mapped
from foundation.errors import PeakproofError, Refused
from foundation.units import in_words

CONFLICT = 409


_LEASED_WITHIN = leases.WORKING
"""Seconds in which the first working lease of a lock's holder must be there."""


@contextlib.contextmanager
def held(client: docker.DockerClient, instance: str, image: str) -> Iterator[None]:
    """Holds the lock of an instance for the block, in which `leases.kept` must run.

    Raises Refused if another has it.
    """
    lock = _taken(client, instance, image)
    try:
        yield
    finally:
        # What cannot be removed, because Docker is gone, is stale as soon as its holder's lease is over.
        with contextlib.suppress(PeakproofError), mapped(f"unlocking {instance}"):
            lock.remove(force=True, v=True)


def refuse_if_held(client: docker.DockerClient, instance: str) -> None:
    """Raises Refused while a command holds the lock of the instance; a stale lock is removed."""
    with mapped(f"looking for the lock of {instance}"):
        if not _removed_if_stale(client, instance):
            raise _refused(client, instance)


def _taken(client: docker.DockerClient, instance: str, image: str) -> Container:
    for attempt in ("first", "after a stale lock was removed"):
        try:
            return _create(client, instance, image)
        except APIError as error:
            if error.status_code != CONFLICT:
                with mapped(f"locking {instance}"):
                    raise
            if attempt != "first" or not _removed_if_stale(client, instance):
                raise _refused(client, instance) from error
    raise AssertionError("both attempts either return or raise")


def _create(client: docker.DockerClient, instance: str, image: str) -> Container:
    tags = labels.of(instance, "lock", who=holder.me(), until=f"{time.time() + _LEASED_WITHIN:.3f}")
    return client.containers.create(image, name=_name(instance), labels=tags, network_mode="none")


def _removed_if_stale(client: docker.DockerClient, instance: str) -> bool:
    """Removes a lock whose holder has no working lease any more."""
    try:
        lock = client.containers.get(_name(instance))
    except NotFound:
        return True
    if _in_force(client, instance, lock):
        return False
    with contextlib.suppress(NotFound):
        lock.remove(force=True, v=True)
    return True


def _in_force(client: docker.DockerClient, instance: str, lock: Container) -> bool:
    just_taken = float(lock.labels.get(labels.UNTIL, "0")) > time.time()
    return just_taken or leases.works(client, instance, lock.labels.get(labels.WHO, ""))


def _refused(client: docker.DockerClient, instance: str) -> Refused:
    with contextlib.suppress(NotFound):
        lock = client.containers.get(_name(instance))
        return Refused(
            f"environment {instance!r} is being changed by {lock.labels.get(labels.WHO)}",
            hint=f"wait for it, or use another name (`env up --name`; in a plan `environment: {{name: …}}`); "
            f"if it was killed, its lock is free after {in_words(leases.WORKING)}",
        )
    return Refused(f"environment {instance!r} is being changed by another command", hint="try again")


def _name(instance: str) -> str:
    return f"peakproof-{instance}-lock"
