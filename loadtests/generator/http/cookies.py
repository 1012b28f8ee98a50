"""The cookies of one user: http.cookiejar takes them from answers, whole; what to send is looked up quickly.

All of a user's requests go to one target, under one or a few host names.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from email.message import Message
from http.cookiejar import Cookie, CookieJar, eff_request_host  # type: ignore[attr-defined]  # no stub names it
from http.cookies import CookieError, SimpleCookie
from time import time
from urllib.request import Request

_PATHS = 512
"""Paths of which is remembered what goes there."""


class Cookies(Mapping[str, str]):
    """What answers have set, by name, for as long as they said; `host` is the target's name."""

    def __init__(self, host: str, *, secure: bool) -> None:
        self._host, self._secure = host, secure
        self._jar, self._named = CookieJar(), dict[str, str]()
        self._kept: tuple[Cookie, ...] = ()
        self._sent: dict[tuple[str, str], tuple[str, float]] = {}

    def take(self, lines: Sequence[bytes], path: str, host: str = "") -> None:
        """Keeps what an answer set (its Set-Cookie lines), where its host and path may set it."""
        self._jar.extract_cookies(_Answer(lines), self._asked(path, host))  # type: ignore[arg-type]  # all that it reads of one
        self._keep()

    def sent(self, path: str, host: str = "") -> str:
        """The header's value for a request to a path, longer paths first (RFC 6265, 5.4); empty: none."""
        if not self._kept:
            return ""
        now = time()
        known = self._sent.get((path, host))
        if known is not None and now < known[1]:
            return known[0]
        found, until = self._looked_up(path, host, now)
        if len(self._sent) >= _PATHS:
            self._sent.clear()
        self._sent[path, host] = (found, until)
        return found

    def _looked_up(self, path: str, host: str, now: float) -> tuple[str, float]:
        """What goes to a path, and until when that is so: the next of them that expires."""
        named, plain = self._name(host), path.partition("?")[0]
        going = [cookie for cookie in self._kept if self._goes(cookie, plain, named, now)]
        until = min((each.expires for each in going if each.expires is not None), default=math.inf)
        return "; ".join(
            [f"{each.name}={each.value}" if each.value is not None else each.name for each in going]
        ), until

    def set(self, name: str, value: str, path: str = "/") -> None:
        """Keeps one as if the target had set it, until the run ends."""
        self.take([f"{name}={value}; Path={path}".encode("latin-1")], path)

    def clear(self) -> None:
        """Forgets them all: the next arrival is another customer."""
        self._jar.clear()
        self._keep()

    def _asked(self, path: str, host: str) -> Request:
        name = host or self._host
        name = f"[{name}]" if name.count(":") > 1 and not name.startswith("[") else name
        return Request(f"{'https' if self._secure else 'http'}://{name}{path}")  # noqa: S310  # opens nothing

    def _name(self, host: str) -> str:
        """A host as http.cookiejar calls it: one without dots is a local one."""
        if host not in self._named:
            self._named[host] = eff_request_host(self._asked("/", host))[1]
        return self._named[host]

    def _keep(self) -> None:
        self._sent.clear()
        self._kept = tuple(sorted(self._jar, key=lambda cookie: -len(cookie.path)))

    def _goes(self, cookie: Cookie, path: str, host: str, now: float) -> bool:
        if cookie.secure and not self._secure:
            return False
        if cookie.expires is not None and cookie.expires <= now:
            return False
        return _within(path, cookie.path) and _belongs(host, cookie)

    # By name ------------------------------------------------------------------------------------------------

    def __getitem__(self, name: str) -> str:
        now = time()
        for cookie in self._kept:
            if cookie.name == name and (cookie.expires is None or cookie.expires > now):
                return cookie.value or ""
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        now = time()
        return iter(
            dict.fromkeys(each.name for each in self._kept if each.expires is None or each.expires > now)
        )

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"Cookies({', '.join(self)})"  # without values: a session is one


def named(lines: Sequence[str]) -> dict[str, str]:
    """What Set-Cookie lines set, by name; a line that is none is left out."""
    found: dict[str, str] = {}
    for line in lines:
        name, sign, value = line.partition(";")[0].partition("=")
        if sign and name.strip():
            found[name.strip()] = _unquoted(name.strip(), value.strip())
    return found


def _unquoted(name: str, value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        return SimpleCookie(f"{name}={value}")[name].value
    except (CookieError, KeyError):
        return value


def _within(path: str, of: str) -> bool:
    """Path match (RFC 6265, 5.1.4)."""
    return path == of or (path.startswith(of) and (of.endswith("/") or path[len(of)] == "/"))


def _belongs(host: str, cookie: Cookie) -> bool:
    """To its host alone, or to all below the domain that it names."""
    if not cookie.domain_specified:
        return host == cookie.domain
    return f".{host}".endswith((cookie.domain, f"{cookie.domain}.local"))


class _Answer:
    """What a cookie jar reads of an answer."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._message = Message()
        for line in lines:
            self._message["Set-Cookie"] = line.decode("latin-1")

    def info(self) -> Message:
        return self._message
