"""Leases: who wants an environment, until when. A lease is a labelled empty volume; the newest wins.

The reaper removes what has no valid lease, so nothing survives a command that was killed.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import docker
from docker.errors import APIError, NotFound

from environments import labels
from environments.containers import reaper
from environments.docker_errors import mapped
from foundation.errors import PeakproofError

WORKING = 60.0
"""Seconds that a lease lasts while a command builds or rehearses; it is renewed three times as often."""
_WORKING = "a working command"


@dataclass(frozen=True, kw_only=True)
class Lease:
    """`until` is seconds since the epoch; `working`: a command holds it while it works, and no longer."""

    instance: str
    volume: str
    until: float
    working: bool = False


def newest(client: docker.DockerClient, instance: str) -> Lease | None:
    """The lease in force for an instance, valid or lapsed; None when there is none."""
    return max(_all(client, instance), key=lambda lease: lease.volume, default=None)


def renew(client: docker.DockerClient, instance: str, seconds: float) -> Lease:
    """A lease that ends `seconds` from now, in place of the older ones."""
    with mapped(f"renewing the lease of {instance}"):
        lease = _created(client, instance, seconds)
        _remove(client, _older(client, lease))
    return lease


def prolong(client: docker.DockerClient, instance: str, seconds: float, *, working: bool = False) -> None:
    """A lease of at least `seconds` from now: a longer one stays, also one that is given in this moment."""
    with mapped(f"renewing the lease of {instance}"):
        found = newest(client, instance)
        if found is not None and found.until >= time.time() + seconds:
            return
        lease = _created(client, instance, seconds, working=working)
        older = _older(client, lease)
        shorter = all(each.until <= lease.until for each in older)
        _remove(client, older if shorter else [lease])


@contextlib.contextmanager
def kept(
    client: docker.DockerClient, instance: str, image: str, *, seconds: float = WORKING
) -> Iterator[None]:
    """Keeps a lease of at least `seconds` in force, and the reaper alive, for as long as the block runs.

    A longer lease stays as it is, whoever gave it and when. Raises, at the end of the block, what made a
    renewal fail: without a lease the environment goes.
    """
    stop, failures = threading.Event(), list[PeakproofError]()

    def keep() -> None:
        prolong(client, instance, seconds, working=True)
        reaper.ensure(client, image)

    def keep_on() -> None:
        while not stop.wait(seconds / 3):
            try:
                keep()
            except PeakproofError as error:
                failures.append(error)

    keep()
    thread = threading.Thread(target=keep_on, name=f"lease of {instance}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    if failures:
        raise failures[0]


def _all(client: docker.DockerClient, instance: str) -> list[Lease]:
    return [_lease(volume.attrs) for volume in client.volumes.list(filters=labels.ours(instance, "lease"))]


def _created(client: docker.DockerClient, instance: str, seconds: float, *, working: bool = False) -> Lease:
    now = time.time_ns()
    volume, until = f"peakproof-{instance}-lease-{now}", round(now / 1e9 + seconds, 3)
    who = {"who": _WORKING} if working else {}
    client.volumes.create(name=volume, labels=labels.of(instance, "lease", until=f"{until:.3f}", **who))
    return Lease(instance=instance, volume=volume, until=until, working=working)


def _older(client: docker.DockerClient, lease: Lease) -> list[Lease]:
    return [each for each in _all(client, lease.instance) if each.volume < lease.volume]


def _remove(client: docker.DockerClient, leases: list[Lease]) -> None:
    for lease in leases:
        # Another command or the reaper may have removed it in the meantime.
        with contextlib.suppress(NotFound, APIError):
            client.volumes.get(lease.volume).remove()


def _lease(attributes: dict[str, object]) -> Lease:
    tags = attributes["Labels"]
    assert isinstance(tags, dict)
    return Lease(
        instance=tags[labels.INSTANCE],
        volume=str(attributes["Name"]),
        until=float(tags[labels.UNTIL]),
        working=labels.WHO in tags,
    )
