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


@dataclass(frozen=True, kw_only=True)
class Lease:
    """`until` is seconds since the epoch."""

    instance: str
    volume: str
    until: float


def newest(client: docker.DockerClient, instance: str) -> Lease | None:
    """The lease in force for an instance, valid or lapsed; None when there is none."""
    leases = [_lease(volume.attrs) for volume in client.volumes.list(filters=labels.ours(instance, "lease"))]
    return max(leases, key=lambda lease: lease.volume, default=None)


def renew(client: docker.DockerClient, instance: str, seconds: float) -> Lease:
    """A lease that ends `seconds` from now, in place of the older ones."""
    now = time.time_ns()
    lease = Lease(instance=instance, volume=f"peakproof-{instance}-lease-{now}", until=now / 1e9 + seconds)
    with mapped(f"renewing the lease of {instance}"):
        tags = labels.of(instance, "lease", until=f"{lease.until:.3f}")
        client.volumes.create(name=lease.volume, labels=tags)
        _remove_older(client, lease)
    return lease


@contextlib.contextmanager
def kept(
    client: docker.DockerClient, instance: str, image: str, *, seconds: float = WORKING
) -> Iterator[None]:
    """Keeps a lease of at least `seconds` in force, and the reaper alive, for as long as the block runs.

    A longer lease that an earlier command left stays as long as it was. Raises, at the end of the block,
    what made a renewal fail: without a lease the environment goes.
    """
    found = newest(client, instance)
    floor = found.until if found else 0.0
    stop, failures = threading.Event(), list[PeakproofError]()

    def keep() -> None:
        renew(client, instance, max(seconds, floor - time.time()))
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


def _remove_older(client: docker.DockerClient, lease: Lease) -> None:
    for volume in client.volumes.list(filters=labels.ours(lease.instance, "lease")):
        if volume.name < lease.volume:
            # Another command or the reaper may have removed it in the meantime.
            with contextlib.suppress(NotFound, APIError):
                volume.remove()


def _lease(attributes: dict[str, object]) -> Lease:
    tags = attributes["Labels"]
    assert isinstance(tags, dict)
    return Lease(
        instance=tags[labels.INSTANCE], volume=str(attributes["Name"]), until=float(tags[labels.UNTIL])
    )
