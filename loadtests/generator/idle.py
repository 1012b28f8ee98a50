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


def idle(sock: gevent.socket.socket) -> Idle:
    """What a kept socket is between two requests. Reads what lies there, waits for nothing."""
    if sock.fileno() < 0:
        return Idle.CLOSED
    if not (_readable(sock) or (isinstance(sock, ssl.SSLSocket) and sock.pending())):
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


def _readable(sock: gevent.socket.socket) -> bool:
    poll = _poll()
    poll.register(sock.fileno(), _POLLIN)  # select() would fail from descriptor 1024 on
    return bool(poll.poll(0))
