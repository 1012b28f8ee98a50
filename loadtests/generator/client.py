"""Locust's own clients, held to the pinned target: no request and no redirect of theirs leaves it."""

from __future__ import annotations

import ssl

import gevent.socket
import gevent.ssl
import geventhttpclient.client
from geventhttpclient.client import HTTPClient, HTTPClientPool
from geventhttpclient.connectionpool import ConnectionPool
from geventhttpclient.response import HTTPProtocolViolationError, HTTPSocketPoolResponse
from geventhttpclient.url import URL

from foundation.errors import InputError, Refused
from loadtests.generator.connection import FINAL, connected
from loadtests.generator.idle import Idle, Unasked, idle
from loadtests.planning.targets import Target


class OneSocket:
    """What geventhttpclient asks of a pool of connections, with one socket, replaced when it breaks."""

    # HTTPClient sends idempotent requests again by itself, size + 1 times. Here every attempt is counted.
    size = -1

    def __init__(self, target: Target, context: ssl.SSLContext | None, unasked: Unasked) -> None:
        self._target = target
        self._context = context
        self._unasked = unasked
        self._socket: gevent.socket.socket | None = None
        self._lent: gevent.socket.socket | None = None

    def get_socket(self) -> gevent.socket.socket:
        """The open socket if it is still good, or a new one. Raises OSError."""
        kept, self._socket = self._socket, None
        if kept is not None and not self._usable(kept):
            kept.close()
            kept = None
        self._lent = kept if kept is not None else connected(self._target, self._context)
        return self._lent

    def return_socket(self, sock: gevent.socket.socket) -> None:
        self._socket, self._lent = sock, None

    def release_socket(self, sock: gevent.socket.socket) -> None:
        sock.close()
        self._lent = None

    def close(self) -> None:
        """Closes whatever is open, also a socket that an interrupted attempt still holds."""
        if self._socket is not None:
            self._usable(self._socket)
        for sock in (self._socket, self._lent):
            if sock is not None:
                sock.close()
        self._socket = self._lent = None

    def spoil(self) -> None:
        """More came on the socket than was asked for."""
        self._unasked()
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _usable(self, kept: gevent.socket.socket) -> bool:
        found = idle(kept)
        if found is Idle.SURPLUS:
            self._unasked()
        return found is Idle.SILENT


class OneAnswer(HTTPSocketPoolResponse):
    """geventhttpclient's answer, which would take what lies behind its end for more of its body.

    One of another pool, such as a locustfile's own, stays as it is.
    """

    _whole = False

    def __init__(self, sock: gevent.socket.socket, pool: ConnectionPool, **more: object) -> None:
        self._of: object = pool
        super().__init__(sock, pool, **more)

    def feed(self, data: str | bytes) -> None:
        """Reads on. Raises when more came than was asked for, and gives the connection up."""
        try:
            super().feed(data)
        except Exception:
            if self._whole and isinstance(self._of, OneSocket):
                self._of.spoil()
            raise

    def _on_message_begin(self) -> None:
        if self._whole and isinstance(self._of, OneSocket):
            raise HTTPProtocolViolationError("surplus bytes: the server sent more than it was asked for")
        super()._on_message_begin()

    def _on_message_complete(self) -> None:
        self._whole = self._whole or self.get_code() >= FINAL
        super()._on_message_complete()


class Client(HTTPClient):
    """geventhttpclient's client on one socket."""

    def __init__(self, target: Target, context: ssl.SSLContext | None, unasked: Unasked) -> None:
        super().__init__(target.host, port=target.port, headers={"User-Agent": "peakproof"})
        if target.scheme == "https":
            self.ssl = True
            self._base_url_string = self._base_url_string.replace("http:", "https:", 1)
        # It has no other seat for the class of its answers.
        geventhttpclient.client.HTTPSocketPoolResponse = OneAnswer  # type: ignore[attr-defined]
        self._connection_pool = OneSocket(target, context, unasked)  # type: ignore[assignment]  # does all that is asked of a pool


class PinnedClients(HTTPClientPool):
    """What a Locust user's own client takes its connections from: the target, or a refusal."""

    def __init__(self, target: Target, context: ssl.SSLContext | None, unasked: Unasked) -> None:
        super().__init__()
        self._target = target
        self.client = Client(target, context, unasked)

    def get_client(self, url: str | URL) -> Client:
        """The client for a URL of the target. Raises Refused for every other host or port."""
        url = url if isinstance(url, URL) else URL(url)
        if (url.scheme, url.host, url.port) != (self._target.scheme, self._target.host, self._target.port):
            raise Refused(
                f"a request or redirect to {url.host}:{url.port} is refused: the target is {self._target.url}"
            )
        return self.client


def context_of(target: Target, certificates: str | None) -> ssl.SSLContext | None:
    """How TLS is checked: the machine's authorities, or those in a PEM file; None without TLS.

    Raises InputError when the file is not there or has no certificates.
    """
    if target.scheme != "https":
        return None
    try:
        context: ssl.SSLContext = gevent.ssl.create_default_context(cafile=certificates)
    except OSError as error:
        raise InputError(
            f"no certificate authorities can be read here: {error.strerror or 'no PEM file'}",
            where=certificates,
            hint="give a PEM file with the certificate of the authority that signed the target's",
        ) from error
    return context
