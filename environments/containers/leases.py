"""Leases: who wants an environment, until when. A lease is a labelled empty volume.

Of those that people give, the newest wins. Beside it a command that works has one of its own, which lasts
while it works; its lock holds as long. The reaper removes what has no valid lease, so nothing survives a
command that was killed.
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
from environments.containers import holder, reaper
from environments.docker_errors import mapped
from foundation.errors import PeakproofError

WORKING = 60.0
"""Seconds that a lease lasts while a command builds or rehearses; it is renewed three times as often."""


@dataclass(frozen=True, kw_only=True)
class Lease:
    """`until` is seconds since the epoch; `holder`: the command that has it while it works, and no longer."""

    instance: str
    volume: str
    until: float
    holder: str | None = None

    @property
    def working(self) -> bool:
        return self.holder is not None


def newest(client: docker.DockerClient, instance: str) -> Lease | None:
    """The lease in force for an instance, valid or lapsed; None when there is none.

    A command's is in force while no lease that somebody gave lasts longer.
    """
    found = _all(client, instance)
    wanted = max((each for each in found if not each.working), key=_age, default=None)
    inside = [each for each in found if each.working]
    return max([*inside, *([wanted] if wanted else [])], key=lambda lease: lease.until, default=None)


def given(client: docker.DockerClient, instance: str) -> bool:
    """Whether somebody's lease is in force; that of a command, which goes with it, is none."""
    return any(not each.working and each.until > time.time() for each in _all(client, instance))


def works(client: docker.DockerClient, instance: str, holder: str) -> bool:
    """Whether that command still works on the instance."""
    return any(each.holder == holder and each.until > time.time() for each in _all(client, instance))


def renew(client: docker.DockerClient, instance: str, seconds: float) -> Lease:
    """A lease that ends `seconds` from now, in place of what was given before and of this command's own."""
    with mapped(f"renewing the lease of {instance}"):
        lease = _created(client, instance, seconds, None)
        _remove(client, [each for each in _older(client, lease) if _over(each) or not _of_another(each)])
    return lease


def prolong(client: docker.DockerClient, instance: str, seconds: float) -> float:
    """A lease of at least `seconds` from now: a longer one stays, also one that is given in this moment.

    Returns the seconds that the instance stays.
    """
    with mapped(f"renewing the lease of {instance}"):
        found = newest(client, instance)
        if found is not None and not found.working and found.until >= time.time() + seconds:
            return found.until - time.time()
        lease = _created(client, instance, seconds, None)
        given = [each for each in _older(client, lease) if not each.working]
        shorter = all(each.until <= lease.until for each in given)
        _remove(client, given if shorter else [lease])
    return max([seconds, *(each.until - time.time() for each in given)])


@contextlib.contextmanager
def kept(
    client: docker.DockerClient, instance: str, image: str, *, seconds: float = WORKING
) -> Iterator[None]:
    """Keeps a working lease of `seconds` in force, and the reaper alive, for as long as the block runs.

    What somebody gives, before or meanwhile, stays as it is. The last of the command's own holds until the
    next is given, `end` is called, or it is over. Raises, at the end of the block, what made a
    renewal fail: without a lease the environment goes. A host that was away, and came back before its lease
    was over, is no failure.
    """
    stop, failures = threading.Event(), list[PeakproofError]()

    def keep() -> bool:
        """Whether a lease was in force until now."""
        with mapped(f"renewing the lease of {instance}"):
            held = any(each.until > time.time() for each in _all(client, instance))
            lease = _created(client, instance, seconds, holder.me())
            _remove(client, [each for each in _older(client, lease) if each.holder == lease.holder])
        reaper.ensure(client, image)
        return held

    def keep_again() -> None:
        try:
            if keep():
                failures.clear()
        except PeakproofError as error:
            failures.append(error)

    def keep_on() -> None:
        while not stop.wait(seconds / 3):
            keep_again()

    keep()
    thread = threading.Thread(target=keep_on, name=f"lease of {instance}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    if failures:
        keep_again()
    if failures:
        raise failures[0]


@contextlib.contextmanager
def over(client: docker.DockerClient, instance: str, seconds: float) -> Iterator[None]:
    """A lease beside the command's own, of a host that is going to be away: its reaper wakes up with it."""
    with mapped(f"holding {instance}"):
        lease = _created(client, instance, seconds, f"{holder.me()}, over a fault")
    try:
        yield
    finally:
        with mapped(f"holding {instance}"):
            _remove(client, [lease])


def end(client: docker.DockerClient, instance: str) -> None:
    """This command works on the instance no longer: from now on only what somebody gave holds it."""
    with mapped(f"ending the work on {instance}"):
        _remove(client, [each for each in _all(client, instance) if each.holder == holder.me()])


def _all(client: docker.DockerClient, instance: str) -> list[Lease]:
    return [_lease(volume.attrs) for volume in client.volumes.list(filters=labels.ours(instance, "lease"))]


def _age(lease: Lease) -> str:
    return lease.volume


def _over(lease: Lease) -> bool:
    return lease.until <= time.time()


def _of_another(lease: Lease) -> bool:
    return lease.working and lease.holder != holder.me()


def _created(client: docker.DockerClient, instance: str, seconds: float, who: str | None) -> Lease:
    now = time.time_ns()
    volume, until = f"peakproof-{instance}-lease-{now}", round(now / 1e9 + seconds, 3)
    tags = labels.of(instance, "lease", until=f"{until:.3f}", **({"who": who} if who else {}))
    client.volumes.create(name=volume, labels=tags)
    return Lease(instance=instance, volume=volume, until=until, holder=who)


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
        holder=tags.get(labels.WHO),
    )
