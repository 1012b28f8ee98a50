"""A container beside a node, in its network alone: what it asks, it asks as that node's neighbour would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import docker
from docker.models.containers import Container

from environments import labels
from environments.containers.files import FileSpec, archive
from environments.containers.removing import unless_gone
from environments.docker_errors import mapped

KIND = "helper"
"""Its label: it goes with the environment, like everything that carries its name."""


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a command in a container ended."""

    status: int
    stdout: bytes
    stderr: bytes


def run(container: Container, command: Sequence[str]) -> Ran:
    """Runs a command to its end, as the image's user."""
    with mapped(f"running {command[0]} in {container.name}"):
        status, output = container.exec_run(list(command), demux=True)
    # `demux` makes two of it, which its types do not say.
    stdout, stderr = (part if isinstance(part, bytes) else b"" for part in output)
    return Ran(status=int(status or 0), stdout=stdout, stderr=stderr)


class Bystander:
    """Starts a container of `image` beside `target`, with `files` of its own that only it can read."""

    def __init__(
        self,
        engine: docker.DockerClient,
        target: Container,
        image: str,
        instance: str,
        files: Sequence[FileSpec],
    ) -> None:
        with mapped(f"starting a helper beside {target.name}"):
            self._container = engine.containers.create(
                image,
                command=["sleep", "infinity"],
                labels=labels.of(instance, KIND),
                user="0",
                network_mode=f"container:{target.id}",
                cap_drop=["ALL"],
                security_opt=["no-new-privileges"],
                init=True,
                mem_limit="512m",
            )
            try:
                self._container.put_archive("/", archive(files, owner=0))
                self._container.start()
            except BaseException:
                self.discard()
                raise

    def run(self, command: Sequence[str]) -> Ran:
        """Runs a command beside the node."""
        return run(self._container, command)

    def discard(self) -> None:
        """Removes it."""
        with mapped("removing a helper"), unless_gone():
            self._container.remove(force=True, v=True)
