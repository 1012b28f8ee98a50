"""The short and the long ways of writing one thing, as one value: ports, volumes, health checks. Pure.

Each function raises `Wrong` where what was written is none of them.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from environments.compose import merging
from environments.compose.written import Items, Pairs, Place, Text, Value
from foundation.errors import Problem

Number = TypeVar("Number")
_SIZES = {"": 1, "b": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


class Wrong(Exception):  # noqa: N818 - says what happened
    """What was written is not of the specification's shape."""

    def __init__(self, place: Place, what: str) -> None:
        super().__init__(what)
        self.problem: Problem = place.problem(what)


@dataclass(frozen=True, kw_only=True)
class Port:
    """One port of a container. `published`: whether people reach it from outside, and at which port."""

    target: int
    published: str = ""
    protocol: str = "tcp"
    place: Place


@dataclass(frozen=True, kw_only=True)
class Mounted:
    """What stands at a path of a container. `source`: a volume's name, or a path of the machine."""

    kind: Literal["volume", "bind", "tmpfs", "other"]
    source: str = ""
    target: str
    read_only: bool = False
    subpath: str = ""
    place: Place

    @property
    def path(self) -> Path:
        """The path of a bind, from the folder of the file that says it."""
        return self.place.folder / Path(self.source).expanduser()


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """A secret or config that a service is given: which, and where it stands in the container."""

    source: str
    target: str
    variable: str = ""
    place: Place


@dataclass(frozen=True, kw_only=True)
class Health:
    """How a service says that it is well. `command`: none when it is switched off."""

    command: tuple[str, ...]
    patience: float
    place: Place


def text(value: Value) -> str:
    """One text."""
    if isinstance(value, Text):
        return value.text
    raise Wrong(value.place, "expected text")


def items(value: Value) -> tuple[Value, ...]:
    """A list, or the one thing that stands for a list of one."""
    return value.items if isinstance(value, Items) else (value,)


def texts(value: Value) -> tuple[str, ...]:
    """Texts, or one that stands for itself."""
    return tuple(text(each) for each in items(value))


def flag(value: Value) -> bool:
    """true or false, as YAML and people write them."""
    word = text(value).lower()
    if word in ("true", "yes", "on", "y", "1"):
        return True
    if word in ("false", "no", "off", "n", "0"):
        return False
    raise Wrong(value.place, f"expected true or false, got {word!r}")


def whole(value: Value) -> int:
    return _number(value, int, "a whole number")


def _number(value: Value, made: Callable[[str], Number], expected: str) -> Number:
    try:
        return made(text(value))
    except ValueError:
        raise Wrong(value.place, f"expected {expected}, got {text(value)!r}") from None


def pairs(value: Value) -> Pairs:
    """NAME: value, or a list of NAME=VALUE."""
    found = merging.named(value)
    if isinstance(found, Pairs):
        return found
    raise Wrong(value.place, "expected NAME: value")


def seconds(value: Value) -> float:
    """Of "1m30s", as Go writes durations."""
    written = text(value)
    found = re.findall(r"(\d+(?:\.\d+)?)(h|ms|us|ns|m|s)", written)
    if not found or "".join(number + unit for number, unit in found) != written.replace("µs", "us"):
        raise Wrong(value.place, f'expected a duration such as "1m30s", got {written!r}')
    return sum(float(number) * _SECONDS[unit] for number, unit in found)


def size(value: Value) -> int:
    """Bytes of "512m", "1.5gb", "64KiB"."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([bkmgt]?)(?:i?b)?\s*", text(value).lower())
    if found is None:
        raise Wrong(value.place, f'expected a size such as "512m", got {text(value)!r}')
    return int(float(found[1]) * _SIZES[found[2]])


def words(value: Value) -> tuple[str, ...]:
    """A command: a list as it stands, a text split as a shell would, which it is not given to."""
    if isinstance(value, Items):
        return texts(value)
    try:
        return tuple(shlex.split(text(value)))
    except ValueError as error:
        raise Wrong(value.place, f"not a command: {error}") from None


def ports(value: Value) -> list[Port]:
    """Every port of `ports`; a range is its ports."""
    return [port for each in items(value) for port in _ports(each)]


def _ports(value: Value) -> Iterator[Port]:
    if isinstance(value, Pairs):
        target, published = value.get("target"), value.get("published")
        protocol = value.get("protocol")
        if target is None:
            raise Wrong(value.place, "a port has a `target`")
        host = text(published) if published is not None else ""
        words = (host, text(target), text(protocol) if protocol is not None else "tcp")
    else:
        short, _, protocol_word = text(value).partition("/")
        # What stands before is an address, which may be IPv6 in brackets.
        *_, host, target_word = ["", *re.sub(r"^\[[^]]*\]", "", short).split(":")]
        words = (host, target_word, protocol_word or "tcp")
    inside, outside = _range(words[1], value), _range(words[0], value) if words[0] else []
    for number, target_port in enumerate(inside):
        at = outside[number] if len(outside) == len(inside) else outside[0] if outside else 0
        published_word = str(at) if at else "any" if _is_published(value) else ""
        yield Port(target=target_port, published=published_word, protocol=words[2], place=value.place)


def _is_published(value: Value) -> bool:
    """Every port of `ports` is; without a number at one that Docker chooses."""
    return not (isinstance(value, Pairs) and value.tag == "exposed")


def _range(word: str, value: Value) -> list[int]:
    found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", word.strip())
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= first <= last <= 65535:
        raise Wrong(value.place, f"expected a port, or a range of them, got {word!r}")
    return list(range(first, last + 1))


def exposed(value: Value) -> list[Port]:
    """The ports of `expose`, which others inside reach."""
    return [
        Port(target=number, protocol=protocol or "tcp", place=each.place)
        for each in items(value)
        for word, _, protocol in [text(each).partition("/")]
        for number in _range(word, each)
    ]


def volumes(value: Value) -> list[Mounted]:
    return [_mounted(each) for each in items(value)]


def _mounted(value: Value) -> Mounted:
    if isinstance(value, Pairs):
        return _long(value)
    parts = text(value).split(":")
    if re.match(r"[A-Za-z]:(?:\\|/[^:]*:/)", text(value)):  # a drive of Windows, not a volume of one letter
        parts = [":".join(parts[:2]), *parts[2:]]
    if len(parts) == 1:
        return Mounted(kind="volume", target=parts[0], place=value.place)
    source, target, mode = parts[0], parts[1], parts[2] if len(parts) > 2 else ""
    kind: Literal["bind", "volume"] = "bind" if re.match(r"[./~\\]|[A-Za-z]:[\\/]", source) else "volume"
    read_only = "ro" in mode.split(",")
    return Mounted(kind=kind, source=source, target=target, read_only=read_only, place=value.place)


def _long(value: Pairs) -> Mounted:
    target, source, kind = (value.get(key) for key in ("target", "source", "type"))
    if target is None:
        raise Wrong(value.place, "a volume has a `target`")
    read_only, more = value.get("read_only"), value.get("volume")
    sub = more.get("subpath") if isinstance(more, Pairs) else None
    word = text(kind) if kind is not None else "volume"
    known: dict[str, Literal["volume", "bind", "tmpfs"]] = {
        "volume": "volume",
        "bind": "bind",
        "tmpfs": "tmpfs",
    }
    return Mounted(
        kind=known.get(word, "other"),
        source=text(source) if source is not None else "",
        target=text(target),
        read_only=read_only is not None and flag(read_only),
        subpath=text(sub) if sub is not None else "",
        place=value.place,
    )


def delivered(value: Value, folder: str) -> list[Delivered]:
    """The secrets or configs of a service; `folder` is where they stand unless they say otherwise."""
    return [_delivered(each, folder) for each in items(value)]


def _delivered(value: Value, folder: str) -> Delivered:
    if isinstance(value, Text):
        return Delivered(source=value.text, target=f"{folder}/{value.text}", place=value.place)
    source, target = (
        (value.get(key) for key in ("source", "target")) if isinstance(value, Pairs) else (None, None)
    )
    if source is None:
        raise Wrong(value.place, "a secret or config has a `source`")
    name = text(target) if target is not None else text(source)
    path = name if name.startswith("/") else f"{folder}/{name}"
    return Delivered(source=text(source), target=path, place=value.place)


def health(value: Value) -> Health | None:
    """How a service is asked whether it is well; None where nothing is said of it."""
    if not isinstance(value, Pairs):
        raise Wrong(value.place, "`healthcheck`: expected keys with values")
    test, off = value.get("test"), value.get("disable")
    if off is not None and flag(off):
        return Health(command=(), patience=0, place=value.place)
    if test is None:
        return None
    first, *rest = texts(test) or ("NONE",)
    shell = isinstance(test, Text) or first == "CMD-SHELL"
    if first not in ("NONE", "CMD", "CMD-SHELL") and not shell:
        raise Wrong(test.place, f"`test` begins with CMD, CMD-SHELL or NONE, not {first!r}")
    script = first if isinstance(test, Text) else " ".join(rest)
    command = () if first == "NONE" else ("sh", "-c", script) if shell else tuple(rest)
    return Health(command=command, patience=_patience(value), place=value.place)


def _patience(value: Pairs) -> float:
    """Seconds after which Compose calls it unhealthy: Docker's own defaults where nothing is said."""

    def of(key: str, default: float) -> float:
        found = value.get(key)
        return default if found is None else seconds(found)

    retries = value.get("retries")
    times = 3 if retries is None else whole(retries)
    return of("start_period", 0.0) + times * (of("interval", 30.0) + of("timeout", 30.0))


def needs(value: Value) -> dict[str, tuple[str, bool, Place]]:
    """Service -> the condition it has to fulfil, whether it has to be there, and the place."""
    found = merging.of_names(value)
    if not isinstance(found, Pairs):
        raise Wrong(value.place, "expected names of services")
    wanted = {}
    for name, entry in found.entries.items():
        condition = entry.get("condition") if isinstance(entry, Pairs) else None
        required = entry.get("required") if isinstance(entry, Pairs) else None
        word = text(condition) if condition is not None else "service_started"
        wanted[name] = (word, required is None or flag(required), found.at(name))
    return wanted
