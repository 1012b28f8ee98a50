"""One user's connection to the pinned target: at most one socket, kept alive, replaced when it breaks.

Locust's own clients are given the same connections, so that no request and no redirect leaves the target.
"""

from __future__ import annotations

import ssl
from time import monotonic_ns

import gevent.socket
import gevent.ssl
from gevent.monkey import get_original
from geventhttpclient.client import HTTPClient, HTTPClientPool
from geventhttpclient.url import URL

from foundation.errors import Refused
from loadtests.targets import Target

_poll = get_original("select", "poll")


class Connection:
    """What geventhttpclient asks of a pool, with one socket. `sent` is when it was last handed out.

    That is just before the first byte of a request: all waiting for a connection (TCP, TLS) is before `sent`.
    """

    # HTTPClient sends idempotent requests again by itself, size + 1 times. Here every attempt is counted.
    size = -1

    def __init__(self, target: Target, context: ssl.SSLContext | None) -> None:
        self._target = target
        self._context = context
        self._socket: gevent.socket.socket | None = None
        self._lent: gevent.socket.socket | None = None
        self.sent = 0

    def get_socket(self) -> gevent.socket.socket:
        """The open socket if it is still good, or a new one. Raises OSError."""
        kept, self._socket = self._socket, None
        if kept is not None and not _idle(kept):
            kept.close()
            kept = None
        self._lent = kept if kept is not None else self._connected()
        self.sent = monotonic_ns()
        return self._lent

    def return_socket(self, sock: gevent.socket.socket) -> None:
        self._socket, self._lent = sock, None

    def release_socket(self, sock: gevent.socket.socket) -> None:
        sock.close()
        self._lent = None

    def close(self) -> None:
        """Closes whatever is open, also a socket that an interrupted attempt still holds."""
        for sock in (self._socket, self._lent):
            if sock is not None:
                sock.close()
        self._socket = self._lent = None

    def _connected(self) -> gevent.socket.socket:
        failure: OSError = ConnectionRefusedError("no address to connect to")
        for address in self._target.addresses:
            try:
                return self._secured(gevent.socket.create_connection((address, self._target.port)))
            except OSError as error:
                failure = error
        raise failure

    def _secured(self, sock: gevent.socket.socket) -> gevent.socket.socket:
        sock.setsockopt(gevent.socket.IPPROTO_TCP, gevent.socket.TCP_NODELAY, 1)
        if self._context is None:
            return sock
        return self._context.wrap_socket(sock, server_hostname=self._target.host)


def _idle(sock: gevent.socket.socket) -> bool:
    """Whether a kept socket is open and silent: one that is readable was closed by the other side."""
    if sock.fileno() < 0:
        return False
    poll = _poll()
    poll.register(sock.fileno(), 1)  # POLLIN; select() would fail from descriptor 1024 on
    return not poll.poll(0)


class Client(HTTPClient):
    """geventhttpclient's client on one Connection."""

    def __init__(self, target: Target, context: ssl.SSLContext | None) -> None:
        super().__init__(target.host, port=target.port, headers={"User-Agent": "peakproof"})
        if target.scheme == "https":
            self.ssl = True
            self._base_url_string = self._base_url_string.replace("http:", "https:", 1)
        self.connection = Connection(target, context)
        self._connection_pool = self.connection  # type: ignore[assignment]  # does all that is asked of a pool


class PinnedClients(HTTPClientPool):
    """What a Locust user's own client takes its connections from: the target, or a refusal."""

    def __init__(self, target: Target, context: ssl.SSLContext | None) -> None:
        super().__init__()
        self._target = target
        self.client = Client(target, context)

    def get_client(self, url: str | URL) -> Client:
        """The client for a URL of the target. Raises Refused for every other host or port."""
        url = url if isinstance(url, URL) else URL(url)
        if (url.scheme, url.host, url.port) != (self._target.scheme, self._target.host, self._target.port):
            raise Refused(
                f"a request or redirect to {url.host}:{url.port} is refused: the target is {self._target.url}"
            )
        return self.client


def context_of(target: Target, certificates: str | None) -> ssl.SSLContext | None:
    """How TLS is checked: the machine's authorities, or those in a PEM file; None without TLS."""
    return gevent.ssl.create_default_context(cafile=certificates) if target.scheme == "https" else None
