"""A container of our images as the engine starts it: its secret put in, no capabilities, an init."""

from __future__ import annotations

import io
import socket
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import docker
from docker.errors import APIError
from docker.models.containers import Container

SECRET = "/run/secrets/password"
DEADLINE_S = 60.0


class Start(Protocol):
    """Starts a container of the image with that name; removed when the fixture ends."""

    def __call__(
        self,
        image: str,
        *,
        port: int,
        secret: str | None = None,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] | None = None,
        memory: str | None = None,
    ) -> Running: ...


@dataclass(frozen=True, kw_only=True)
class Running:
    """A started container and the port that its service listens on."""

    container: Container
    port: int

    @property
    def inside(self) -> tuple[str, int]:
        """The container's own address and port, as seen from this machine."""
        self.container.reload()
        [network] = self.container.attrs["NetworkSettings"]["Networks"].values()
        return network["IPAddress"], self.port

    @property
    def log(self) -> str:
        return self.container.logs().decode(errors="replace")

    def run(self, *argv: str) -> tuple[int, str]:
        """Status and output of a command inside, as the image's user. Fails with the log of an ended one."""
        try:
            status, output = self.container.exec_run(list(argv))
        except APIError as error:
            raise AssertionError(f"{' '.join(argv)} cannot run: {error.explanation}\n{self.log}") from error
        assert status is not None
        assert isinstance(output, bytes)
        return status, output.decode(errors="replace")

    def accepting(self) -> Running:
        """Itself, once its port accepts. Fails with the log where the container ends or time is up."""
        until(self._accepts, what=lambda: f"port {self.port} accepts:\n{self.log}")
        return self

    def ended(self) -> int:
        """The exit status, once it has ended by itself."""
        return int(self.container.wait(timeout=DEADLINE_S)["StatusCode"])

    def _accepts(self) -> bool:
        self.container.reload()
        assert self.container.status == "running", self.log
        try:
            socket.create_connection(self.inside, timeout=1).close()
        except OSError:
            return False
        return True


def create(
    client: docker.DockerClient,
    tag: str,
    *,
    port: int,
    secret: str | None = None,
    environment: Mapping[str, str] | None = None,
    command: Sequence[str] | None = None,
    memory: str | None = None,
    tmpfs: Mapping[str, str] | None = None,
) -> Running:
    """A container that has not started; the secret is readable by the image's user only."""
    container = client.containers.create(
        tag,
        list(command) if command else None,
        environment=dict(environment or {}),
        init=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        mem_limit=memory,
        tmpfs=dict(tmpfs or {}),
    )
    if secret is not None:
        owner = int(client.images.get(tag).attrs["Config"]["User"].split(":")[0])
        container.put_archive("/", _archive(SECRET, secret.encode(), owner))
    return Running(container=container, port=port)


def until(holds: Callable[[], bool], *, what: Callable[[], str]) -> None:
    """Waits on a condition; fails with `what` was expected when the deadline passes."""
    deadline = time.monotonic() + DEADLINE_S
    for _ in _moments():
        if holds():
            return
        assert time.monotonic() < deadline, f"not within {DEADLINE_S:.0f} s: {what()}"


def _moments() -> Iterator[None]:
    while True:
        yield
        time.sleep(0.02)


def _archive(path: str, content: bytes, owner: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo(path.lstrip("/"))
        member.uid, member.gid, member.mode, member.size = owner, owner, 0o400, len(content)
        tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()
