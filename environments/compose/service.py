"""One service of a Compose file, typed: every way of writing a thing has become the same value. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from environments.compose import merging, shapes
from environments.compose.shapes import Delivered, Health, Mounted, Port, Wrong
from environments.compose.written import Items, Pairs, Place, Text, Value
from environments.image_sources import DOCKERFILE
from foundation.errors import Problem

Read = TypeVar("Read")


@dataclass(frozen=True, kw_only=True)
class Build:
    """How an image is made. `args`: null where they come from around; `beyond`: keys that ask for more."""

    context: str
    dockerfile: str = DOCKERFILE
    target: str = ""
    args: Mapping[str, Text]
    beyond: tuple[str, ...] = ()
    place: Place

    @property
    def folder(self) -> Path:
        return self.place.folder / Path(self.context).expanduser()

    @property
    def remote(self) -> bool:
        """It is fetched from elsewhere, such as a Git repository."""
        return "://" in self.context or self.context.startswith("git@")


@dataclass(frozen=True, kw_only=True)
class Need:
    """A service that has to be there first."""

    condition: str
    required: bool
    place: Place


@dataclass(frozen=True, kw_only=True)
class ComposeService:
    """What is taken over of a service; `written` has every key, for what is told of the others.

    `aliases`: its further names; `links`: what it calls others, alias -> service.
    """

    name: str
    place: Place
    written: Pairs
    image: str = ""
    build: Build | None = None
    environment: Mapping[str, Text]
    ports: tuple[Port, ...]
    exposed: tuple[Port, ...]
    volumes: tuple[Mounted, ...]
    tmpfs: tuple[str, ...]
    health: Health | None = None
    needs: Mapping[str, Need]
    secrets: tuple[Delivered, ...]
    configs: tuple[Delivered, ...]
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    user: str = ""
    working_dir: str = ""
    read_only: bool = False
    capabilities: tuple[str, ...]
    dropped: tuple[str, ...]
    memory: int | None = None
    shared_memory: int | None = None
    replicas: int = 1
    stop_grace: float | None = None
    aliases: tuple[str, ...]
    links: Mapping[str, str]
    init: bool | None = None

    def at(self, key: str) -> Place:
        return self.written.at(key)


_NONE: tuple[str, ...] = ()
_NO_NEEDS: dict[str, Need] = {}


def read(name: str, written: Pairs) -> tuple[ComposeService | None, list[Problem]]:
    """The service, or every problem of it."""
    reading = _Reading(written)
    service = ComposeService(
        name=name,
        place=written.place,
        written=written,
        image=reading.of("image", shapes.text, ""),
        build=reading.of("build", _build, None),
        environment=reading.of("environment", _texts_by_name, {}),
        ports=tuple(reading.of("ports", shapes.ports, [])),
        exposed=tuple(reading.of("expose", shapes.exposed, [])),
        volumes=tuple(reading.of("volumes", shapes.volumes, [])),
        tmpfs=tuple(word.partition(":")[0] for word in reading.of("tmpfs", shapes.texts, _NONE)),
        health=reading.of("healthcheck", shapes.health, None),
        needs=reading.of("links", _links, _NO_NEEDS) | reading.of("depends_on", _needs, _NO_NEEDS),
        secrets=tuple(reading.of("secrets", lambda value: shapes.delivered(value, "/run/secrets"), [])),
        configs=tuple(reading.of("configs", lambda value: shapes.delivered(value, ""), [])),
        command=reading.of("command", shapes.words, None),
        entrypoint=reading.of("entrypoint", shapes.words, None),
        user=reading.of("user", shapes.text, ""),
        working_dir=reading.of("working_dir", shapes.text, ""),
        read_only=reading.of("read_only", shapes.flag, False),
        capabilities=reading.of("cap_add", shapes.texts, ()),
        dropped=tuple(word.upper() for word in reading.of("cap_drop", shapes.texts, _NONE)),
        memory=reading.of("mem_limit", shapes.size, None) or reading.of("deploy", _memory, None),
        shared_memory=reading.of("shm_size", shapes.size, None),
        replicas=reading.of("scale", shapes.whole, None) or reading.of("deploy", _replicas, None) or 1,
        stop_grace=reading.of("stop_grace_period", shapes.seconds, None),
        aliases=reading.of("networks", _aliases, ()),
        links=reading.of("links", _link_names, {}),
        init=reading.of("init", shapes.flag, None),
    )
    return (None if reading.problems else service), reading.problems


class _Reading:
    """Reads keys, and keeps what was wrong."""

    def __init__(self, written: Pairs) -> None:
        self.written = written
        self.problems: list[Problem] = []

    def of(self, key: str, read: Callable[[Value], Read], default: Read) -> Read:
        value = self.written.get(key)
        if value is None:
            return default
        try:
            return read(value)
        except Wrong as wrong:
            self.problems.append(wrong.problem)
            return default


# What our builder does without: the rest says how Compose builds faster, or for whom.
_BEYOND = (
    "dockerfile_inline",
    "ssh",
    "secrets",
    "additional_contexts",
    "extra_hosts",
    "network",
)


def _build(value: Value) -> Build:
    if isinstance(value, Text):
        return Build(context=value.text, args={}, place=value.place)
    if not isinstance(value, Pairs):
        raise Wrong(value.place, "`build`: expected a folder, or keys with values")
    context, dockerfile, target, args = (
        value.get(key) for key in ("context", "dockerfile", "target", "args")
    )
    return Build(
        context=shapes.text(context) if context is not None else ".",
        dockerfile=shapes.text(dockerfile) if dockerfile is not None else DOCKERFILE,
        target=shapes.text(target) if target is not None else "",
        args=_texts_by_name(args) if args is not None else {},
        beyond=tuple(key for key in _BEYOND if not _empty(value.get(key))),
        place=value.place if context is None else context.place,
    )


def _empty(value: Value | None) -> bool:
    return (
        value is None
        or (isinstance(value, Pairs) and not value.entries)
        or (isinstance(value, Items) and not value.items)
    )


def _texts_by_name(value: Value) -> dict[str, Text]:
    found = shapes.pairs(value)
    for name, each in found.entries.items():
        if not isinstance(each, Text):
            raise Wrong(found.at(name), f"{name}: expected a text")
    return {name: each for name, each in found.entries.items() if isinstance(each, Text)}


def _needs(value: Value) -> dict[str, Need]:
    return {
        name: Need(condition=condition, required=required, place=place)
        for name, (condition, required, place) in shapes.needs(value).items()
    }


def _links(value: Value) -> dict[str, Need]:
    """SERVICE or SERVICE:ALIAS: it is waited for, as `depends_on` would."""
    return {
        shapes.text(each).partition(":")[0]: Need(
            condition="service_started", required=True, place=each.place
        )
        for each in shapes.items(value)
    }


def _link_names(value: Value) -> dict[str, str]:
    pairs = [shapes.text(each).partition(":") for each in shapes.items(value)]
    return {alias: name for name, _, alias in pairs if alias}


def _memory(value: Value) -> int | None:
    found = _below(value, "resources", "limits", "memory")
    return shapes.size(found) if found is not None else None


def _replicas(value: Value) -> int | None:
    found = _below(value, "replicas")
    return shapes.whole(found) if found is not None else None


def _below(value: Value | None, *steps: str) -> Value | None:
    for step in steps:
        value = value.get(step) if isinstance(value, Pairs) else None
    return value


def _aliases(value: Value) -> tuple[str, ...]:
    """Names that the service answers to beside its own, whichever network they are of."""
    networks = merging.of_names(value)
    if not isinstance(networks, Pairs):
        raise Wrong(value.place, "`networks`: expected names")
    named = [each.get("aliases") for each in networks.entries.values() if isinstance(each, Pairs)]
    return tuple(name for each in named if each is not None for name in shapes.texts(each))
