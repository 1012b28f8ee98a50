"""Keeps what a locustfile connects to within what may be loaded, whatever client it uses."""

from __future__ import annotations

from collections.abc import Callable

from gevent import socket

from loadtests.planning.targets import Reach

_INTERNET = (socket.AF_INET, socket.AF_INET6)


class Foreign(ConnectionRefusedError):  # noqa: N818 - says what happened
    """A connection to a host that may not be loaded; the locustfile sees a refused connection."""


def stay_within(reach: Reach) -> None:
    """From now on no socket of this process is connected to anything that `reach` does not include.

    In place, as everybody already holds gevent's class: requests, geventhttpclient, drivers of databases.
    """
    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, _checked(getattr(socket.socket, name), reach))


def _checked(
    connect: Callable[[socket.socket, tuple[str, int]], object], reach: Reach
) -> Callable[[socket.socket, tuple[str, int]], object]:
    def checked(self: socket.socket, address: tuple[str, int]) -> object:
        if self.family in _INTERNET:
            address = _numeric(self, address)
            if not reach.includes(address[0]):
                raise Foreign(
                    f"a connection to {address[0]}:{address[1]} is refused: neither the target nor allowed"
                )
        return connect(self, address)

    return checked


def _numeric(sock: socket.socket, address: tuple[str, int]) -> tuple[str, int]:
    """The address that a name stands for, resolved once: what is checked is what is connected to."""
    found = socket.getaddrinfo(address[0], address[1], sock.family, sock.type)
    return found[0][4]  # type: ignore[no-any-return]
