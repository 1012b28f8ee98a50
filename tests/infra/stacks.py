"""Stacks that tests bring up through the command, with the real engine, and what they leave in Docker."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import docker
import pytest
from docker.models.containers import Container

from environments import labels
from infra import engine
from tests.environments import commanding
from tests.infra import stand_in

PLUGIN = "pulumi-resource-docker"
PASSPHRASE = "correct horse battery staple"


def engine_folder(root: Path) -> Path | None:
    """The folder of the engine that is not on PATH; skips where the set-up noted that there can be none."""
    if shutil.which("pulumi"):
        return None
    folder = engine.home() / "bin"
    note = root / ".venv" / "no-pulumi-engine"
    if not (folder / "pulumi").exists() and note.exists():
        pytest.skip(f"no Pulumi engine: {note.read_text().strip()}")
    assert (folder / "pulumi").exists(), "no Pulumi engine here: run scripts/pulumi-engine"
    return folder


@contextmanager
def plugin() -> Iterator[dict[str, str]]:
    """Variables by which the engine finds a provider: the real plugin on PATH, else the stand-in."""
    if shutil.which(PLUGIN):
        yield {}
        return
    with stand_in.serving() as where:
        yield {engine.ATTACHED: where}


@dataclass(frozen=True, kw_only=True)
class Stacks:
    """Runs `peakproof infra …` with a state folder of its own."""

    client: docker.DockerClient
    state: Path
    variables: Mapping[str, str]

    def environment(self, **more: str) -> dict[str, str]:
        """The variables of a command."""
        return {**self.variables, "XDG_STATE_HOME": str(self.state), **more}

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """`peakproof infra ARGUMENTS` in this process."""
        return commanding.run_here("infra", *arguments, env=self.environment(**variables))

    def told(self, *arguments: str) -> dict[str, object]:
        """What it says with --json; it must succeed."""
        ended = self.run(*arguments, "--json")
        assert ended.returncode == 0, ended.stderr
        document: dict[str, object] = json.loads(ended.stdout)
        return document

    def containers(self, name: str) -> dict[str, Container]:
        """Node -> its container."""
        found = self.client.containers.list(all=True, filters=ours(name), ignore_removed=True)
        return {container.labels[labels.NODE]: container for container in found}

    def ids(self, name: str) -> dict[str, str]:
        """Node -> the id of its container."""
        return {node: str(container.id) for node, container in self.containers(name).items()}

    def clean(self, name: str) -> None:
        """Whatever happened: nothing of the stack is left in Docker."""
        for container in self.client.containers.list(all=True, filters=ours(name), ignore_removed=True):
            container.remove(force=True, v=True)
        for network in self.client.networks.list(filters=ours(name)):
            network.remove()
        for volume in self.client.volumes.list(filters=ours(name)):
            volume.remove(force=True)

    @contextmanager
    def new(self) -> Iterator[str]:
        """A name that nobody else has, and nothing of it afterwards."""
        name = f"i-{uuid4().hex[:8]}"
        try:
            yield name
        finally:
            self.clean(name)


def ours(name: str) -> dict[str, str | list[str] | bool]:
    """A filter for what `infra` made of a stack."""
    return {"label": [f"{labels.OWNER}=infra", f"{labels.INSTANCE}={name}"]}
