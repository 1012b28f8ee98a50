"""HTTP/1.1 over one socket to the pinned target: kept alive, replaced when it breaks, one request at a time.

Follows no redirect and repeats nothing: each would be a request that nobody counted. Keeps no cookies.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from time import monotonic_ns, time

import gevent
import gevent.socket
import httptools

from loadtests.generator.alarm import Alarm
from loadtests.generator.http.headers import Fields
from loadtests.generator.idle import Idle, Kept, Unasked
from loadtests.generator.reaching import opened, patience
from loadtests.planning.targets import Target
from loadtests.recording.retries import asked_for

_READ = 1  # libev's EV_READ
_BLOCK = 65_536
FINAL = 200  # the least status that is no interim answer
_LEAST_LATER = 300  # what went well asks nobody to come again
_FAREWELL = 408  # to a connection on which nothing was asked for too long (RFC 9110, 15.5.9)
_SIZES = frozenset({b"content-length", b"transfer-encoding"})
_LATER, _DATE, _COOKIE = b"retry-after", b"date", b"set-cookie"
_HEAD = b"HEAD "


class AnswerBroken(OSError):  # noqa: N818 - says what happened
    """The server closed the connection within an answer, or what it sent is no HTTP."""

    def __init__(self, why: str) -> None:
        super().__init__(None, why)


class Connection:
    """One user's connection. `sent` is when the last request's first byte was about to leave; 0 if none did.

    All waiting for a connection (TCP, TLS) is before `sent`. `later`: seconds that Retry-After asks for;
    `fields` are the last answer's headers, `cookies` its Set-Cookie lines.
    """

    def __init__(
        self, target: Target, context: ssl.SSLContext | None, unasked: Unasked = lambda: None
    ) -> None:
        self._target = target
        self._context = context
        self._unasked = unasked
        self._socket: gevent.socket.socket | None = None
        self._kept: Kept | None = None
        self._readable: gevent.core.io | None = None
        self._hub = gevent.get_hub()
        self._answer = _Answer()
        self.alarm = Alarm()
        self.sent = 0
        self.later: float | None = None
        self.fields: Fields = ()
        self.cookies: Sequence[bytes] = ()

    def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Sends a whole request and returns the answer's status and body. Raises OSError.

        Whatever interrupts it closes the connection: a late answer is never taken for another request's.
        """
        self.sent, self.fields, self.cookies = 0, (), ()
        try:
            sock, answer = self._opened(), self._answer
            answer.begin(bodiless=request.startswith(_HEAD))
            self.sent = monotonic_ns()
            if (sent := sock.send(request)) < len(request):  # sendall() would ask for the buffer's size first
                sock.sendall(memoryview(request)[sent:])
            self._read(sock, answer)
            if answer.last:
                self._drop()
            if answer.unasked:
                self._unasked()
        except _NO_HTTP as error:
            self._drop()
            raise AnswerBroken(f"not an HTTP answer: {error or type(error).__name__}") from error
        except BaseException:
            self._drop()
            raise
        self.fields, self.cookies = answer.fields, answer.named(_COOKIE)
        self.later = None if answer.status < _LEAST_LATER else _later(answer)
        if answer.bodiless:  # its parser still waits for the body that only a GET would have
            self._answer = _Answer()
        return answer.status, answer.body

    def close(self) -> None:
        """Closes whatever is open, looking at it once more; the next request opens a new connection."""
        self._usable()
        self._drop()

    def _usable(self) -> bool:
        """Whether there is a connection on which nothing came since its last answer."""
        found = self._kept.look() if self._kept is not None else Idle.CLOSED
        if found is Idle.SURPLUS:
            self._unasked()
        return found is Idle.SILENT

    def _drop(self) -> None:
        readable, sock = self._readable, self._socket
        self._readable = self._socket = self._kept = None
        if readable is not None:
            readable.close()
        if sock is not None:
            sock.close()

    def _opened(self) -> gevent.socket.socket:
        if self._usable():  # always: what lies there already answers nothing that was asked
            return self._socket
        self._drop()
        return self._new()

    def _new(self) -> gevent.socket.socket:
        self._socket = sock = connected(self._target, self._context)
        self._kept = Kept(sock)
        if self._context is None:
            self._readable = self._hub.loop.io(sock.fileno(), _READ)
        self._answer = _Answer()
        return sock

    def _read(self, sock: gevent.socket.socket, answer: _Answer) -> None:
        while not answer.whole:
            if self._readable is not None:  # no answer is there at once: asking first would be in vain
                self._hub.wait(self._readable)
            data = sock.recv(_BLOCK)
            if not data:
                answer.close()
                return
            answer.feed(data)


class _Answer:
    """The answer that is being read, without the interim ones (1xx) before it. One a connection.

    Whatever comes behind its end belongs to no request: it changes nothing, and the connection is given up.
    It is `unasked` unless it is a server's farewell (408), or the connection serves no other request anyway.
    """

    __slots__ = (
        "_chunks", "_farewell", "_headed", "_surplus", "bodiless", "fields", "kept", "parser", "status",
        "whole",
    )  # fmt: skip

    def __init__(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.begin()

    def begin(self, *, bodiless: bool = False) -> None:
        """Another answer comes; that to a HEAD has no body, whatever its headers say."""
        self.bodiless = bodiless
        self._chunks: list[bytes] = []
        self.fields: list[tuple[bytes, bytes]] = []
        self.whole = self.kept = self._surplus = self._farewell = self._headed = False
        self.status = 0

    @property
    def body(self) -> bytes:
        return self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)

    def named(self, name: bytes) -> list[bytes]:
        """The values of all headers of that name, which is in small letters."""
        length = len(name)
        return [value for each, value in self.fields if len(each) == length and each.lower() == name]

    @property
    def last(self) -> bool:
        """Whether the connection cannot be used for another request."""
        return self._surplus or not self.kept

    @property
    def unasked(self) -> bool:
        return self._surplus and self.kept and not self._farewell

    def feed(self, data: bytes) -> None:
        """Reads on. Raises one of _NO_HTTP, unless the answer was whole before what is wrong."""
        try:
            self.parser.feed_data(data)
        except _NO_HTTP:
            if not self.whole:
                raise
            self._surplus = True

    def close(self) -> None:
        """The connection was closed: the end of an answer without a length, a break in any other."""
        sized = any(name.lower() in _SIZES for name, _ in self.fields)
        if sized or not self._headed:
            raise AnswerBroken("the server closed the connection before the end of its answer")
        self.whole, self.status = True, self.parser.get_status_code()

    # What httptools calls ---------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._surplus = self.whole

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.whole:
            self.fields.append((name, value))

    def on_headers_complete(self) -> None:
        self._headed = True
        self._farewell = self.whole and self.parser.get_status_code() == _FAREWELL
        if self.bodiless and not self.whole and self.parser.get_status_code() >= FINAL:
            self._complete()

    def on_body(self, body: bytes) -> None:
        if not self.whole:
            self._chunks.append(body)
        self._surplus = self._surplus or self.bodiless

    def on_message_complete(self) -> None:
        if self.whole:
            return
        if self.parser.get_status_code() < FINAL:
            self.begin(bodiless=self.bodiless)
        else:
            self._complete()

    def _complete(self) -> None:
        self.whole, self.status = True, self.parser.get_status_code()
        self.kept = self.parser.should_keep_alive()


def _later(answer: _Answer) -> float | None:
    """Seconds after which an answer asks to come again."""
    dates, asked = answer.named(_DATE), answer.named(_LATER)
    return asked_for(asked[-1], dates[-1] if dates else b"", time()) if asked else None


# 101 is no answer to anything that is asked here.
_NO_HTTP = (httptools.HttpParserError, httptools.HttpParserUpgrade)


def connected(target: Target, context: ssl.SSLContext | None) -> gevent.socket.socket:
    """A new connection to the first of the target's addresses that answers. Raises OSError: none, or TLS."""
    failure: OSError = ConnectionRefusedError("no address to connect to")
    for address in target.addresses:
        try:
            sock = opened(address, target.port, patience(target, address))
            return _secured(sock, target, context)
        except OSError as error:
            failure = error
    raise failure


def _secured(
    sock: gevent.socket.socket, target: Target, context: ssl.SSLContext | None
) -> gevent.socket.socket:
    sock.setsockopt(gevent.socket.IPPROTO_TCP, gevent.socket.TCP_NODELAY, 1)
    if context is None:
        return sock
    try:
        return context.wrap_socket(sock, server_hostname=target.host)
    except BaseException:
        sock.close()
        raise
