"""One user's way to the target: its connection, its cookies, the headers it always sends. Times nothing."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from time import monotonic_ns

from foundation.errors import InputError
from loadtests.generator.attempts import Attempts
from loadtests.generator.connection import Connection
from loadtests.generator.http import redirects
from loadtests.generator.http.bodies import EMPTY, Body
from loadtests.generator.http.cookies import Cookies
from loadtests.generator.http.redirects import Astray
from loadtests.generator.idle import Unasked
from loadtests.generator.replies import Reply
from loadtests.generator.requests import Requests, overlaid
from loadtests.planning.targets import Target

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
# Asked twice, they do what they do once (RFC 9110, 9.2.2).
_IDEMPOTENT = _READING | {"PUT", "DELETE"}
_KEY = "idempotency-key"
# What the generator itself says of a single request.
_OWN = frozenset({"content-type", "cookie", "accept-encoding", "content-length", "transfer-encoding"})
_DESCRIBING = frozenset({"content-type", "content-encoding", "content-language"})


@dataclass(kw_only=True, slots=True)  # not frozen: that would take a tenth of a request's own time
class Call:
    """What a step asks for. `refusals` are statuses that it knows: none of them is followed.

    `path` is below the target's own; below another `prefix` where one is given. A `keyed` one carries a key
    by which the platform knows it again.
    """

    method: str
    path: str
    body: Body = EMPTY
    own: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    refusals: Collection[int] = ()
    follow: bool = True
    prefix: str | None = None
    keyed: bool = False

    @property
    def repeated(self) -> bool:
        """Whether it may be asked again without an answer: asking twice is asking once."""
        return self.keyed or self.method in _IDEMPOTENT or any(name.lower() == _KEY for name in self.headers)


# Hears of each request, its answer, and how many ms that took.
Tap = Callable[[bytes, Reply, float], None]


class Browser:
    """Keeps what one user keeps between requests."""

    def __init__(
        self, target: Target, context: ssl.SSLContext | None, unasked: Unasked, codings: Collection[str] = ()
    ) -> None:
        self.connection, self._requests = Connection(target, context, unasked), Requests(target)
        self.cookies = Cookies(target.host, secure=target.scheme == "https")
        self.headers: dict[str, str] = {}
        self._scheme, self._prefix = target.scheme, target.prefix
        self._known: tuple[Mapping[str, str], str, str] = ({}, "", "")
        self.tap: Tap | None = None
        self._always = {"Accept-Encoding": ", ".join(codings)} if codings else {}

    def attempts(self, call: Call) -> Attempts:
        """Attempts at a call. Raises InputError: a method, path or header that cannot be sent."""
        if call.method not in METHODS:
            raise InputError(f"unknown method {call.method!r}", hint=f"one of {', '.join(METHODS)}")
        found = Attempts(
            wire=self.connection,
            exchange=self._exchange(call),
            refusals=call.refusals,
            path=call.path,
            reads=call.method in _READING,
            repeated=call.repeated,
        )
        if call.follow:
            found.redirects, found.follow = redirects.STATUSES, partial(self._follow, call)
        return found

    def _exchange(self, call: Call) -> partial[tuple[int, bytes]]:
        lines, host, headers = "", "", call.headers
        if self.headers:
            lines, host = self._users() if not (headers or call.own) else ("", "")
            headers = headers if lines else overlaid(self.headers, headers)
        host = _host(headers) if headers else host
        path = call.path if call.prefix is not None else self._prefix + call.path
        own: dict[str, str] = {**self._always, **call.body.headers, **call.own}
        if sent := self.cookies.sent(path, host):
            own["Cookie"] = sent
        request = self._requests.encoded(
            call.method, call.path, call.body.content, own, headers, prefix=call.prefix, common=lines
        )
        return partial(self._exchanged, request, path, host)

    def _users(self) -> tuple[str, str]:
        """The lines of the user's headers, made once while they stay the same, and the host that they name.

        No lines where they replace what a request has of its own: each request is then made by itself.
        """
        if self.headers != self._known[0]:
            names = {name.lower() for name in self.headers}
            lines = "" if names & _OWN else self._requests.always(self.headers)
            self._known = (dict(self.headers), lines, _host(self.headers))
        return self._known[1], self._known[2]

    def _exchanged(self, request: bytes, path: str, host: str) -> tuple[int, bytes]:
        found = self.connection.exchange(request) if self.tap is None else self._tapped(request, self.tap)
        if self.connection.cookies:
            self.cookies.take(self.connection.cookies, path, host)
        return found

    def _tapped(self, request: bytes, tap: Tap) -> tuple[int, bytes]:
        began, reply = monotonic_ns(), Reply(status=None, problem="no answer")
        try:
            status, content = self.connection.exchange(request)
            reply = Reply(status=status, content=content, fields=self.connection.fields)
        except OSError as error:
            reply = replace(reply, problem=error.strerror or type(error).__name__)
            raise
        finally:
            tap(request, reply, (monotonic_ns() - began) / 1e6)
        return status, content

    def _follow(self, call: Call, attempts: Attempts, reply: Reply) -> None:
        """Makes the attempts those at what a redirect of `call` names. Raises Astray."""
        if attempts.led == redirects.MOST:
            raise Astray(f"more than {redirects.MOST} redirects")
        headers = overlaid(self.headers, call.headers)
        origin = redirects.origin(self._scheme, self._requests.host, _host(headers))
        path = call.path if call.prefix is not None else self._prefix + call.path
        there = redirects.following(reply.status or 0, _location(reply), call.method, path, origin)
        led = replace(call, method=there.method, path=there.path, prefix="")
        if not there.body:
            kept = {n: v for n, v in call.headers.items() if n.lower() not in _DESCRIBING}
            led = replace(led, body=EMPTY, own={}, headers=kept, keyed=False)
        attempts.exchange, attempts.path = self._exchange(led), there.path
        attempts.reads, attempts.repeated = led.method in _READING, led.repeated
        attempts.follow = partial(self._follow, led)


def _host(headers: Mapping[str, str]) -> str:
    """The virtual host that a request names; empty where it is the target's own."""
    return next((value for name, value in headers.items() if name.lower() == "host"), "")


def _location(reply: Reply) -> str:
    """Where an answer leads; letters beyond ASCII should be quoted, and are UTF-8 where they are not."""
    return reply.headers.get("location", "").encode("latin-1").decode("utf-8", errors="replace")
