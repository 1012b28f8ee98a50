"""Builds an image as `docker build` does, by BuildKit, where this machine's Docker client has it (buildx).

For Dockerfiles of platforms alone: several stages, any base, and what only BuildKit understands. Where there
is no buildx, the engine's own builder is asked (`build.py`).
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import docker

from environments.docker_client import CLIENT, socket_of
from environments.dockerfiles import for_any_buildkit
from environments.images import apt_sources, process
from environments.images.build import LAST_LINES, BuildFailed, build_arguments, labelled
from environments.images.context import packed
from environments.images.progress import ImageProgress, Report, State
from environments.images.recipe import Recipe
from foundation.errors import Interrupted

_PATIENCE_S = 10
_NOISE = re.compile(r"^#\d+ (CACHED|DONE|\.\.\.)|^-+$|^\s*$")


def available() -> str | None:
    """The Docker client of this machine, where it has BuildKit."""
    client = shutil.which(CLIENT)
    if client is None:
        return None
    try:
        asked = subprocess.run(
            [client, "buildx", "version"], capture_output=True, check=False, timeout=_PATIENCE_S
        )
    except subprocess.TimeoutExpired:
        return None
    return client if asked.returncode == 0 else None


@dataclass(kw_only=True)
class BuildKitBuild:
    """One build by the client `cli`. `stop` may come from another thread."""

    recipe: Recipe
    client: docker.DockerClient
    report: Report
    stop: threading.Event
    cli: str

    def run(self, site_packages: Path | None) -> str:
        """Builds, records the packages' versions, tags. Returns the image's id."""
        name = self.recipe.name
        self.report(ImageProgress(name=name, state=State.BUILDING, step=1, steps=1, doing="by BuildKit"))
        with tempfile.TemporaryDirectory(prefix="peakproof-build-") as scratch:
            context, identity = Path(scratch, "context"), Path(scratch, "id")
            archive = io.BytesIO(
                packed(self.recipe.context, for_any_buildkit(self.recipe.dockerfile), site_packages)
            )
            with tarfile.open(fileobj=archive) as tar:
                tar.extractall(context, filter="tar")
            try:
                done = process.run(
                    self._argv(context, identity), stop=self.stop, environment=environment(os.environ)
                )
            except Interrupted as error:
                raise Interrupted(f"interrupted while building the image {name}") from error
            if done.status != 0:
                raise self._failure(done.output)
            image = identity.read_text(encoding="utf-8").strip()
        return labelled(self.client, self.recipe, image)

    def interrupt(self) -> None:
        """Nothing more than `stop`: the client is asked every moment."""

    def _argv(self, context: Path, identity: Path) -> list[str]:
        socket = socket_of(self.client)
        arguments = build_arguments(os.environ, apt_sources.proxy())
        return [
            self.cli,
            *(["--host", f"unix://{socket}"] if socket else []),
            *("buildx", "build", "--load", "--progress", "plain", "--network", "host"),
            *("--iidfile", str(identity)),
            *(word for key, value in arguments.items() for word in ("--build-arg", f"{key}={value}")),
            str(context),
        ]

    def _failure(self, output: str) -> BuildFailed:
        lines = [line.rstrip() for line in output.splitlines() if not _NOISE.search(line)]
        return BuildFailed(
            f"the image {self.recipe.name} could not be built",
            where=str(self.recipe.context.folder / "Dockerfile"),
            hint="the last lines of its output are above; where a download failed, check network and login",
            detail=lines[-LAST_LINES:],
        )


def environment(inherited: dict[str, str] | os._Environ[str]) -> dict[str, str]:
    """The client's environment: the engine's own builder, which knows its images, and an image without more.

    Any other builder that a person has chosen would not see the images that stand on ours.
    """
    return {**inherited, "BUILDX_BUILDER": "default", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
