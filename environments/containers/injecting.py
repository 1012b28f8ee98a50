"""Puts a fault in force: a helper container beside the target, which undoes it when it is told to end."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

import docker
from docker.errors import NotFound
from docker.models.containers import Container

from environments import labels
from environments.containers.files import archive
from environments.containers.reaper import SOCKET, agent_files
from environments.docker_errors import mapped
from environments.faults.fault import Fault
from foundation.errors import Refused

UNDO_SECONDS = 30


class FaultHelper:
    """A fault's helper. `apply` puts the fault in force, `end` undoes it, `moments` says when what was done.

    Made before it is needed: starting a container that exists takes a fraction of making one.
    """

    def __init__(self, fault: Fault, helper: Container) -> None:
        self.fault = fault
        self._helper = helper

    def apply(self) -> None:
        """Puts the fault in force."""
        with mapped(f"injecting {self.fault.name} into {self.fault.target}"):
            self._helper.start()

    def end(self) -> None:
        """Undoes the fault now and returns when it is undone; ending twice, or what never began, is fine."""
        with mapped(f"undoing {self.fault.name} of {self.fault.target}"):
            self._helper.stop(timeout=UNDO_SECONDS)

    def discard(self) -> None:
        """Removes the helper; after `end`, and once its moments have been read."""
        with mapped(f"removing the helper of {self.fault.name}"), contextlib.suppress(NotFound):
            self._helper.remove(force=True)

    def moments(self) -> Iterator[tuple[int, str]]:
        """(nanoseconds since the epoch, what was done), so far."""
        with mapped(f"reading what {self.fault.name} did"):
            lines: bytes = self._helper.logs(stderr=False)
        for line in lines.splitlines():
            moment = json.loads(line)
            yield moment["at"], moment["did"]


def helper_for(client: docker.DockerClient, fault: Fault, *, instance: str, image: str) -> FaultHelper:
    """The fault's helper, not yet started. Raises Refused when the target is no node of this environment."""
    with mapped(f"preparing {fault.name}"):
        target = client.containers.get(fault.target)
        if not _may_be_hurt(target, instance):
            raise Refused(
                f"{fault.target} is not a node of the test environment {instance!r}",
                hint="faults go only to nodes that `env` brought up, and never to the door",
            )
        helper = client.containers.create(
            image,
            command=list(fault.command),
            labels=labels.of(instance, "fault", undo=fault.undo),
            network_mode="none",
            user="0",
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            init=True,
            mem_limit="64m",
            volumes={SOCKET: {"bind": SOCKET, "mode": "rw"}},
        )
        helper.put_archive("/", archive(agent_files(), owner=0))
    return FaultHelper(fault, helper)


def _may_be_hurt(target: Container, instance: str) -> bool:
    wanted = {labels.OWNER: labels.ENV, labels.INSTANCE: instance, labels.KIND: "node"}
    is_door = target.labels.get(labels.NODE, "").startswith("door-")
    return not is_door and all(target.labels.get(key) == value for key, value in wanted.items())
