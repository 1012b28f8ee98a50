"""An environment that the command brought up, for the tests that look at it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import docker

from environments import environment
from environments.containers import removing
from environments.containers.removing import Miscounted
from environments.environment import Environment
from tests.environments import commanding


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An environment that the command brought up, and what the command said of it."""

    name: str
    definition: Path
    said: dict[str, object]
    attach: Callable[[], Environment]


@contextmanager
def brought_up(engine: docker.DockerClient, definition: Path, *, prefix: str) -> Iterator[Standing]:
    """The definition's environment under a name that begins with `prefix`; gone afterwards."""
    name = f"{prefix}-{uuid4().hex[:6]}"
    up = commanding.run("env", "up", str(definition), "--name", name, "--ttl", "30m", "--json")
    try:
        assert up.returncode == 0, up.stderr
        yield Standing(
            name=name,
            definition=definition,
            said=json.loads(up.stdout),
            attach=lambda: environment.attach(engine, name),
        )
    finally:
        clear(engine, name)


def clear(engine: docker.DockerClient, name: str) -> None:
    """Removes what a test left; that Docker Engine miscounts a network's guests is no fault of the test."""
    with suppress(Miscounted):
        removing.remove(engine, name)
