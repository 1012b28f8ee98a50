"""A kept connection between two requests: silent, closed, or with bytes that nobody asked for.

Such surplus may be an answer's second copy, which the next request would take for its own. What comes
before that request is sent is seen here; what comes later cannot be told from its answer (HTTP/1.1 numbers
none), but leaves that answer over, which is seen here in its turn.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from enum import Enum, auto

import gevent.socket
from gevent.monkey import get_original

_poll = get_original("select", "poll")
_POLLIN = 1
_LOOK = 64  # bytes
# What harms nobody: line ends, and the 408 with which servers close connections that nothing was asked on.
_HARMLESS = re.compile(rb"[\r\n]*(?:\Z|HTTP/1\.[01] 408\b)").match

# Called for each connection on which something came that nobody asked for.
Unasked = Callable[[], None]


class Idle(Enum):
    """`SURPLUS`: nobody asked for what lies there. Only a `SILENT` connection can be used."""

    SILENT = auto()
    CLOSED = auto()
    SURPLUS = auto()


class Kept:
    """A socket that is kept between requests, and what it was asked with before: a request has no time."""

    def __init__(self, sock: gevent.socket.socket) -> None:
        self._socket = sock
        self._poll = _poll()
        self._poll.register(sock.fileno(), _POLLIN)  # select() would fail from descriptor 1024 on
        self._pending: Callable[[], int] = sock.pending if isinstance(sock, ssl.SSLSocket) else _none_pending

    def look(self) -> Idle:
        """What the socket is between two requests. Reads what lies there, waits for nothing."""
        sock = self._socket
        if sock.fileno() < 0:
            return Idle.CLOSED
        if not (self._poll.poll(0) or self._pending()):
            return Idle.SILENT
        before = sock.gettimeout()
        sock.settimeout(0.0)
        try:
            found = sock.recv(_LOOK)
        except (BlockingIOError, ssl.SSLWantReadError):  # TLS's own, such as a ticket for the next session
            return Idle.SILENT
        except OSError:
            return Idle.CLOSED
        finally:
            sock.settimeout(before)
        return Idle.CLOSED if _HARMLESS(found) else Idle.SURPLUS


def idle(sock: gevent.socket.socket) -> Idle:
    """What a kept socket is between two requests, of one that is asked seldom."""
    return Idle.CLOSED if sock.fileno() < 0 else Kept(sock).look()


def _none_pending() -> int:
    return 0
