"""Rehearsals on their way, for tests that do something to them meanwhile."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import docker
from docker.models.containers import Container

from environments import images, labels
from environments.containers import removing
from loadtests.recording import progress
from loadtests.recording.progress import Progress
from tests.peakproof.conftest import FAR
from tests.peakproof.kiosks import Plan, Ran, Written, argv, written

LONG = Plan(load={"duration": "10m"}, slo=[FAR])  # it is ended by the tests, whatever they wait for
SHORT = Plan(load={"duration": "2s", "also": []}, slo=[FAR])
DEADLINE = 120.0


def eventually(what: str, holds: Callable[[], object], seconds: float = DEADLINE) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds:g} s in vain for: {what}"
        time.sleep(0.1)


def engine_image(client: docker.DockerClient) -> str:
    """The image of what the engine itself runs."""
    return images.ensure(["python"], folders={}, client=client, progress=images.silent)["python"].id


class Running:
    """A rehearsal on its way."""

    def __init__(self, plan: Written, client: docker.DockerClient) -> None:
        self.plan, self._client = plan, client
        self.process = subprocess.Popen(argv(plan), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def node(self, name: str) -> Container | None:
        wanted = labels.ours(self.plan.environment, "node")
        found = self._client.containers.list(filters=wanted, ignore_removed=True)
        return next((each for each in found if each.labels[labels.NODE] == name), None)

    def down(self, name: str) -> bool:
        return self.node(name) is None

    def starting(self) -> bool:
        """Whether the first node has been started."""
        assert self.process.poll() is None, self.process.communicate()
        return self.node("store-1") is not None

    def under_load(self) -> bool:
        """Whether orders have been sent for a second at least."""
        assert self.process.poll() is None, self.process.communicate()
        generator = self.node("generator")
        lines = generator.logs(stderr=False).decode().splitlines() if generator else []
        return any(isinstance(progress.parse(line), Progress) for line in lines)

    def helper(self) -> Container | None:
        """The helper of a fault that is in force."""
        wanted = labels.ours(self.plan.environment, "fault")
        return next(iter(self._client.containers.list(filters=wanted, ignore_removed=True)), None)

    def ended(self, seconds: float = DEADLINE) -> Ran:
        stdout, stderr = self.process.communicate(timeout=seconds)
        return Ran(exit_code=self.process.returncode, stdout=stdout, stderr=stderr, out=self.plan.out)

    def remove(self) -> None:
        """Leaves nothing, whatever a test found out."""
        self.process.kill()
        self.process.communicate()
        for name in (self.plan.environment, f"{self.plan.environment}_source"):
            removing.remove(self._client, name)


def begun(folder: Path, client: docker.DockerClient) -> Running:
    return Running(written(folder, f"early-{uuid4().hex[:4]}", LONG), client)
