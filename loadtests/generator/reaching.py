"""Opens TCP connections to a host of several addresses, of which some may be dead."""

from __future__ import annotations

from dataclasses import replace

import gevent
import gevent.socket

from loadtests.planning.targets import Target

PATIENCE = 1.0
"""Seconds that an address gets to accept while there is another one: a packet may be lost and sent again."""


def opened(address: str, port: int, seconds: float | None = None) -> gevent.socket.socket:
    """A connection to an address, within some seconds where they are given. Raises OSError."""
    family = gevent.socket.AF_INET6 if ":" in address else gevent.socket.AF_INET
    sock = gevent.socket.socket(family)
    try:
        sock.settimeout(seconds)
        sock.connect((address, port))
        sock.settimeout(None)
    except BaseException:
        sock.close()
        raise
    return sock


def patience(target: Target, address: str) -> float | None:
    """Seconds that an address gets; the last one has all that its caller has."""
    return None if address == target.addresses[-1] else PATIENCE


def answering_first(target: Target) -> Target:
    """The target with those addresses first that accept a connection now: no arrival waits for others.

    One connection to each of several addresses, all at once; they keep their order otherwise.
    """
    if len(target.addresses) < 2:
        return target
    asked = {address: gevent.spawn(_accepts, address, target.port) for address in target.addresses}
    gevent.joinall(list(asked.values()))
    return replace(target, addresses=tuple(sorted(asked, key=lambda address: not asked[address].value)))


def _accepts(address: str, port: int) -> bool:
    try:
        opened(address, port, PATIENCE).close()
    except OSError:
        return False
    return True
