"""The bytes of HTTP/1.1 requests to one target. Sends nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from foundation.errors import InputError
from loadtests.planning.targets import PORTS, Target

# What says where a request ends is the generator's alone: another value would make another request of it.
_FRAMING = frozenset({"content-length", "transfer-encoding"})
# Without a body these say nothing of its length (RFC 9110, 8.6).
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})
# What may stand in a request line and in a header's value: nothing that could begin a line of its own.
_PATH = re.compile(r"/[!-~]*").fullmatch
_FIELD = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+: [\t -~]*").fullmatch


class Requests:
    """Makes requests to a target; what is the same in all of them is made once."""

    def __init__(self, target: Target) -> None:
        name = f"[{target.host}]" if ":" in target.host else target.host
        host = name if target.port == PORTS[target.scheme] else f"{name}:{target.port}"
        self.host, self._prefix = host, target.prefix
        self._common = {"Host": host, "User-Agent": "peakproof"}
        self._always = _lines(self._common)

    def always(self, headers: Mapping[str, str]) -> str:
        """The lines of headers that go with every request, and of the generator's own. Raises InputError."""
        return _lines(_replaced(self._common, headers))

    def encoded(
        self,
        method: str,
        path: str,
        body: bytes,
        own: Mapping[str, str],
        headers: Mapping[str, str],
        *,
        prefix: str | None = None,
        common: str | None = None,
    ) -> bytes:
        """A whole request; a journey's `headers` replace the `own` ones of that name, in whatever case.

        `path` is below the target's own, or below another `prefix`: none, where a redirect leads. `common`
        are lines that `always` made. Raises InputError: a path or header that cannot be sent as it is.
        """
        if not _PATH(path):
            raise InputError(
                "a path starts with / and has no spaces, line ends or letters beyond ASCII",
                hint="quote what is put into it: urllib.parse.quote(text, safe='')",
            )
        replaced = _replaced({**self._common, **own}, headers) if headers else None
        fields = _lines(replaced) if replaced is not None else (common or self._always) + _lines(own)
        length = f"Content-Length: {len(body)}\r\n" if body or method not in _BODILESS else ""
        head = f"{method} {self._prefix if prefix is None else prefix}{path} HTTP/1.1\r\n{fields}{length}\r\n"
        return head.encode("ascii") + body


def overlaid(below: Mapping[str, str], above: Mapping[str, str]) -> Mapping[str, str]:
    """Headers of which those `above` hide those of their name `below`, in whatever case."""
    if not below or not above:
        return above or below
    hidden = {name.lower() for name in above}
    return {name: value for name, value in below.items() if name.lower() not in hidden} | dict(above)


def _replaced(own: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, str]:
    if refused := {name.lower() for name in headers} & _FRAMING:
        raise InputError(
            f"the header {min(refused)!r} is the generator's own",
            hint="it follows from the body: leave it out",
        )
    return dict(overlaid(own, headers))


def _lines(fields: Mapping[str, str]) -> str:
    return "".join(
        [_known(name, value) if name in _STEADY else _line(name, value) for name, value in fields.items()]
    )


def _line(name: str, value: str) -> str:
    return f"{_checked(f'{name}: {value}')}\r\n"


# What is the same in many requests: their lines are made once.
_STEADY = frozenset({"Content-Type", "Cookie", "Accept-Encoding"})
_known = lru_cache(maxsize=1024)(_line)


def _checked(field: str) -> str:
    if not _FIELD(field):
        raise InputError(f"the header {field.partition(':')[0]!r} has characters that no header may have")
    return field
