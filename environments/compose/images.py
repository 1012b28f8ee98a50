"""What is known of images that many use: where they listen, what memory they need, what they are for.

It stands in images.yaml, and is used only where a Compose file says nothing, so that a node is not called
ready before it listens.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel

from foundation.units import BYTES

DEFAULT_MEMORY = "512MiB"


class _Known(BaseModel):
    """images.yaml."""

    ports: dict[str, int]
    memory: dict[str, str]
    proxies: frozenset[str]
    stores: frozenset[str]
    tools: frozenset[str]


@cache
def _known() -> _Known:
    text = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
    return _Known.model_validate(yaml.safe_load(text))


def repository(image: str) -> str:
    """The image without tag, digest, and what Docker Hub's own are written with."""
    name = re.sub(r":[^/]*$", "", image.partition("@")[0])
    return name.removeprefix("docker.io/").removeprefix("library/")


def is_tagged(image: str) -> bool:
    """Whether it says a tag or a digest; what stands before a slash may be a registry with a port."""
    return "@" in image or ":" in image.rpartition("/")[2]


def port(image: str) -> int | None:
    """Where it listens, if it is known."""
    name, ports = repository(image), _known().ports
    found = (number for known, number in ports.items() if name.endswith(f"/{known}"))
    return ports.get(name) or next(found, None)


def memory(image: str) -> str:
    """What a node of it gets where nothing is said."""
    words = repository(image).lower().split("/")[-2:]
    found = (size for part, size in _known().memory.items() if any(part in word for word in words))
    return next(found, DEFAULT_MEMORY)


def is_proxy(image: str) -> bool:
    return _last(image) in _known().proxies


def is_behind(image: str) -> bool:
    """Databases, brokers, dashboards: what customers do not talk to."""
    return _last(image) in _known().stores | _known().tools


def speaks_tcp(image: str) -> bool:
    """Whether its port is of a protocol of its own, which no browser speaks."""
    return _last(image) in _known().stores


def _last(image: str) -> str:
    return repository(image).rpartition("/")[2]


def size_in_words(count: int) -> str:
    """Bytes as a definition says them, exactly."""
    for unit in ("GiB", "MiB", "KiB"):
        if count and count % BYTES[unit] == 0:
            return f"{count // int(BYTES[unit])}{unit}"
    return f"{count}B"
