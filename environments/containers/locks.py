"""Locks: one command at a time changes an environment. A lock is a container that is created, never started.

Docker gives a name to the first who asks for it; the labels say who has it and until when.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import docker
from docker.errors import APIError, NotFound
from docker.models.containers import Container

from environments import labels
from environments.docker_errors import mapped
from foundation.errors import Refused
from foundation.units import in_words

CONFLICT = 409


@contextlib.contextmanager
def held(client: docker.DockerClient, instance: str, image: str, *, seconds: float) -> Iterator[None]:
    """Holds the lock of an instance for the block, at most `seconds`. Raises Refused if another has it."""
    lock = _taken(client, instance, image, seconds)
    try:
        yield
    finally:
        with contextlib.suppress(NotFound):
            lock.remove(force=True)


def refuse_if_held(client: docker.DockerClient, instance: str) -> None:
    """Raises Refused while a command holds the lock of the instance; a stale lock is removed."""
    with mapped(f"looking for the lock of {instance}"):
        if not _removed_if_stale(client, instance):
            raise _refused(client, instance)


def _taken(client: docker.DockerClient, instance: str, image: str, seconds: float) -> Container:
    for attempt in ("first", "after a stale lock was removed"):
        try:
            return _create(client, instance, image, seconds)
        except APIError as error:
            if error.status_code != CONFLICT:
                with mapped(f"locking {instance}"):
                    raise
            if attempt != "first" or not _removed_if_stale(client, instance):
                raise _refused(client, instance) from error
    raise AssertionError("both attempts either return or raise")


def _create(client: docker.DockerClient, instance: str, image: str, seconds: float) -> Container:
    who = f"process {os.getpid()} on {socket.gethostname()}"
    tags = labels.of(instance, "lock", who=who, until=f"{time.time() + seconds:.0f}")
    return client.containers.create(image, name=_name(instance), labels=tags, network_mode="none")


def _removed_if_stale(client: docker.DockerClient, instance: str) -> bool:
    """Removes a lock whose time is over or whose process on this machine is gone."""
    try:
        lock = client.containers.get(_name(instance))
    except NotFound:
        return True
    if float(lock.labels.get(labels.UNTIL, "0")) > time.time() and _alive(lock.labels.get(labels.WHO, "")):
        return False
    with contextlib.suppress(NotFound):
        lock.remove(force=True)
    return True


def _alive(who: str) -> bool:
    """Whether the holder may still be there; only a process of this very machine can be known to be gone."""
    _, process, _, host = who.split(" ") if who.count(" ") == 3 else ("", "", "", "")
    return host != socket.gethostname() or Path(f"/proc/{process}").exists()


def _refused(client: docker.DockerClient, instance: str) -> Refused:
    with contextlib.suppress(NotFound):
        lock = client.containers.get(_name(instance))
        left = max(0.0, float(lock.labels.get(labels.UNTIL, "0")) - time.time())
        return Refused(
            f"environment {instance!r} is being changed by {lock.labels.get(labels.WHO)}",
            hint=f"wait for it (its lock ends in {in_words(left)} at the latest), or use another name"
            " (`env up --name`; in a plan `environment: {name: …}`)",
        )
    return Refused(f"environment {instance!r} is being changed by another command", hint="try again")


def _name(instance: str) -> str:
    return f"peakproof-{instance}-lock"
