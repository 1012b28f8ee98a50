"""Who works on an instance, and how long it stays: the lock at home; leases and a reaper on every host."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from environments import labels, owners
from environments.containers import leases, locks, manifests, reaper, removing
from environments.fleet import Fleet


@contextlib.contextmanager
def working_on(fleet: Fleet, name: str, image: str) -> Iterator[None]:
    """Lock and working lease for a command that changes an environment.

    Where nothing stands at the end, or somebody's lease holds what does, the command's own goes: only now is
    no renewal of it in flight.
    """
    for engine in fleet.engines:
        owners.refuse_other(engine, name, owner=labels.ENV)
    with locks.held(fleet.home, name, image):
        try:
            with contextlib.ExitStack() as stack:
                for engine in fleet.engines:
                    stack.enter_context(leases.kept(engine, name, image))
                yield
        finally:
            _released(fleet, name)


def extend(fleet: Fleet, name: str, image: str, seconds: float) -> None:
    """Ends a command's work: from now on the environment stays for `seconds`."""
    for engine in fleet.engines:
        leases.renew(engine, name, seconds)
        reaper.ensure(engine, image)


def keep(fleet: Fleet, name: str, image: str, seconds: float) -> float:
    """As `extend`, but an environment that was to stay for longer does. Returns for how long it stays."""
    stays = []
    for engine in fleet.engines:
        stays.append(leases.prolong(engine, name, seconds))
        leases.end(engine, name)
        reaper.ensure(engine, image)
    return min(stays)


def _released(fleet: Fleet, name: str) -> None:
    stands = manifests.read(fleet.home, name) is not None
    for engine in fleet.engines:
        if not stands:
            removing.remove(engine, name, kind="lease")
        elif leases.given(engine, name):
            leases.end(engine, name)
