"""Whether the entry answers where people are told it is: on a site's hosts an address may be nobody's."""

from __future__ import annotations

import socket
import time

from environments.instance import Instance
from foundation.errors import Unavailable

WITHIN = 10.0
"""Seconds in which a host takes the address that moves, once there is something behind it."""
_TRY, _AGAIN = 1.0, 0.2


def require(instance: Instance, within: float = WITHIN) -> None:
    """Raises Unavailable where nobody accepts a connection at the entry's address."""
    _, address, port = instance.published(instance.topology.entry)
    deadline = time.monotonic() + within
    while not _accepts(address, port):
        if time.monotonic() > deadline:
            raise Unavailable(
                f"nobody answers at {address}:{port}, where the entry of {instance.name} is published",
                hint=_hint(instance),
            )
        time.sleep(_AGAIN)


def _hint(instance: Instance) -> str:
    if instance.virtual_address:
        return (
            "does a host hold the virtual address, and its firewall let the port pass? See `hosts configure`"
        )
    return "is the host's `address` right, and does no firewall stand between?"


def _accepts(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), timeout=_TRY):
            return True
    except OSError:
        return False
