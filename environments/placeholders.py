r"""Places in a text that are filled with how a service is reached, such as {database.host}. Pure.

A brace is text unless a service's name, or `secret`, follows it: JSON, shells and other templates stay as
they are. What looks like a place and is none, such as `{ database.host }`, is found, for it would be passed
on as it stands. `\{` is a brace that stays one, even before a service's name.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from environments.topology import Binding
from foundation.documents import Location

ITSELF = "secret"
"""What stands for a secret in the text around it."""
_NAME, _WORD, _BLANK = r"[A-Za-z][A-Za-z0-9_-]*", r"[A-Za-z][A-Za-z_]*", r"[ \t]*"
_ATTEMPT = re.compile(
    r"(?P<escape>\\?)(?P<open>\{{1,2})"
    rf"(?P<inner>{_BLANK}(?P<name>{_NAME})(?:{_BLANK}\.{_BLANK}(?P<word>{_WORD}))?{_BLANK})"
    r"(?P<close>\}{0,2})"
)
_RIGHT = re.compile(r"[a-z][a-z0-9-]*\.[a-z]+")


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text with places in it. `name`: what people call it; `at`: its steps from the service on.

    `where`: its file:line, where another document says it; `around`: it stands around a secret.
    """

    name: str
    text: str
    at: Location = ()
    where: str | None = None
    around: bool = False


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place, as it is written. `right`: its form is; `wanted` is empty where it says no property.

    `open_`: no brace closes it; `variable`: `$` stands before it, as in shells and Compose.
    """

    written: str
    service: str
    wanted: str
    right: bool
    open_: bool
    variable: bool


def filled(text: str, bindings: Mapping[str, Binding]) -> str:
    """`text` with every {service.property} replaced; what is no known binding is left as it stands."""

    def replaced(found: re.Match[str]) -> str:
        if not _is_meant(found, bindings):
            return found[0]
        if found["escape"]:
            return found[0].removeprefix("\\")
        name, _, word = found["inner"].partition(".")
        value = bindings[name].properties().get(word) if name in bindings else None
        if value is None or not found["close"]:
            return found[0]
        return found["open"][1:] + value + found["close"][1:]

    return _ATTEMPT.sub(replaced, text)


def literal(text: str, services: Container[str]) -> str:
    """`text` so written that `filled` gives it back as it is."""
    return _ATTEMPT.sub(lambda found: "\\" + found[0] if _is_meant(found, services) else found[0], text)


def places(text: str, services: Container[str]) -> Iterator[Place]:
    """Every place in a text, and what was meant as one."""
    for found in _ATTEMPT.finditer(text):
        if not found["escape"] and _is_meant(found, services):
            yield Place(
                written=(found["open"] + found["inner"] + found["close"]).rstrip(),
                service=found["name"].lower(),
                wanted=(found["word"] or "").lower(),
                right=_is_right(found),
                open_=not found["close"],
                variable=_is_variable(found),
            )


def _is_right(found: re.Match[str]) -> bool:
    doubled = len(found["open"]) == len(found["close"]) == 2  # as other templates have it
    word = _RIGHT.fullmatch(found["inner"]) or found["inner"] == ITSELF
    return bool(found["close"] and word and not doubled)


def _is_variable(found: re.Match[str]) -> bool:
    return found.string[: found.start()].endswith("$")


def _is_meant(found: re.Match[str], services: Container[str]) -> bool:
    name, closed = found["name"], bool(found["close"])
    if _RIGHT.fullmatch(found["inner"]) and closed:
        return True
    shell = _is_variable(found)
    if name == ITSELF and ITSELF not in services:
        return closed and not shell
    if found["word"] is None:
        return name in services and closed and not shell
    return name.lower() in services and (closed or found["inner"].startswith(name))
