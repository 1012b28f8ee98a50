"""Builds one image through Docker's API: a failing or interrupted build leaves no tag, layer or container.

The final tag comes with the last, instant step (the label), so that it never names half an image.
"""

from __future__ import annotations

import io
import json
import os
import re
import tarfile
import textwrap
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import docker
from docker.errors import APIError, NotFound

from environments.docker_errors import mapped, meaning
from environments.dockerfiles import platform_arguments
from environments.images import apt_sources, pulling
from environments.images.context import packed
from environments.images.progress import ImageProgress, Report, State
from environments.images.recipe import Recipe
from foundation.errors import Interrupted, PeakproofError, Unavailable

LABEL = "peakproof.image"
PACKAGES = "peakproof.packages"
LAST_LINES = 20
_STEP = re.compile(r"^Step (?P<step>\d+)/(?P<steps>\d+) : (?P<instruction>.*)$")
_LAYER = re.compile(r"^ ---> (?P<id>[0-9a-f]{12})$")
_RUNNING = re.compile(r"^ ---> Running in (?P<id>[0-9a-f]{12})$")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_FULL = re.compile(r"no space left on device|don't have enough free space", re.IGNORECASE)
_LETS_GO_S = 5.0
_ASK_AGAIN_S = 0.05
_INSTRUCTION_COLUMNS = 100
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")


class BuildFailed(Unavailable):
    """An image could not be built; `detail` has the build's last lines."""


@dataclass(kw_only=True)
class Build:
    """One running build and what it has made so far. `stop` may come from another thread."""

    recipe: Recipe
    client: docker.DockerClient
    report: Report
    stop: threading.Event
    piece: str = ""
    step: int = 0
    steps: int = 0
    instruction: str = "the build context"
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES))
    layers: list[str] = field(default_factory=list)
    container: str | None = None
    image: str | None = None

    def run(self, site_packages: Path | None) -> str:
        """Builds, records the packages' versions, tags. Returns the image's id."""
        try:
            self._follow(packed(self.recipe.context, self.recipe.without_buildkit, site_packages))
            assert self.image is not None
            return labelled(self.client, self.recipe, self.image)
        except BaseException:
            self._clean()
            raise

    def interrupt(self) -> None:
        """Ends the step that is running, so that the builder's thread notices `stop` at once."""
        if self.container:
            with suppress(APIError):
                self.client.api.remove_container(self.container, v=True, force=True)

    def _follow(self, context: bytes) -> None:
        with mapped(f"building the image {self.recipe.name}"):
            for event in self._stream(context):
                if self.stop.is_set():
                    self._listen(event)  # for the container that is to be removed
                    raise Interrupted(f"interrupted while building the image {self.recipe.name}")
                self._take(event)

    def _stream(self, context: bytes) -> Iterator[Mapping[str, object]]:
        stream: Iterator[Mapping[str, object]] = self.client.api.build(
            fileobj=io.BytesIO(context),
            custom_context=True,
            rm=True,
            forcerm=True,
            decode=True,
            buildargs={**self._platform(), **build_arguments(os.environ, apt_sources.proxy())},
            # Names resolve and proxies answer as they do on the host, also those on its loopback.
            network_mode="host",
        )
        return stream

    def _platform(self) -> dict[str, str]:
        """What the Dockerfile asks of the engine's platform."""
        version = self.client.version()
        return platform_arguments(self.recipe.dockerfile, str(version["Os"]), str(version["Arch"]))

    def _take(self, event: Mapping[str, object]) -> None:
        if "error" in event:
            raise self._failure(str(event["error"]))
        aux = event.get("aux")
        if isinstance(aux, Mapping) and "ID" in aux:
            self.image = str(aux["ID"])
        self._listen(event)

    def _listen(self, event: Mapping[str, object]) -> None:
        # What a step says arrives in pieces, coloured where it went to stderr.
        *lines, self.piece = (self.piece + _COLOUR.sub("", str(event.get("stream", "")))).split("\n")
        for line in lines:
            self._line(line.rstrip())

    def _line(self, line: str) -> None:
        if step := _STEP.match(line):
            self.step, self.steps = int(step["step"]), int(step["steps"])
            self.instruction = step["instruction"].strip()
            self.report(self._news())
        elif layer := _LAYER.match(line):
            self.container = None
            if not self.instruction.upper().startswith("FROM"):  # that is the base's
                self.layers.append(layer["id"])
        elif running := _RUNNING.match(line):
            self.container = running["id"]
        elif line and not line.startswith(" ---> "):
            self.tail.append(line)

    def _news(self) -> ImageProgress:
        return ImageProgress(
            name=self.recipe.name,
            state=State.BUILDING,
            step=self.step,
            steps=self.steps,
            doing=self.instruction,
        )

    def _failure(self, error: str) -> PeakproofError:
        if _FULL.search("\n".join([error, *self.tail])):
            return meaning("no space left on device", doing=f"building the image {self.recipe.name}")
        base = self._foreign_base()
        if base:
            return pulling.failure(base, error, self.client)
        lines = [*self.tail, error.strip()][-LAST_LINES:]
        return BuildFailed(
            f"the image {self.recipe.name} could not be built: "
            f"step {self.step} of {self.steps}, {shortened(self.instruction)}",
            where=str(self.recipe.context.folder / "Dockerfile"),
            hint="the last lines of its output are above; where a download failed, check network and proxy",
            detail=lines,
        )

    def _foreign_base(self) -> str | None:
        """The image of others that could not be had, where that is the step that failed."""
        words = [word for word in self.instruction.split() if not word.startswith("--")]
        return words[1] if words[:1] == ["FROM"] and words[1] in self.recipe.foreign else None

    def _clean(self) -> None:
        """Removes what this build made; layers that another image stands on stay, Docker sees to that."""
        self.interrupt()
        for layer in reversed(self.layers):
            with suppress(APIError):
                if not self.client.images.get(layer).tags:
                    self._remove(layer)

    def _remove(self, layer: str) -> None:
        """Removes a layer as soon as the container of the step that was ended lets go of it."""
        deadline = time.monotonic() + _LETS_GO_S
        while True:
            try:
                self.client.api.remove_image(layer)
            except APIError as error:
                if "container" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(_ASK_AGAIN_S)
            else:
                return


def labelled(client: docker.DockerClient, recipe: Recipe, image: str) -> str:
    """The same image with its packages in a label, under its final tag. Returns its id."""
    with mapped(f"labelling the image {recipe.name}"):
        packages = installed_packages(_packages_in(client, image))
        client.images.build(
            fileobj=io.BytesIO(f"FROM {image}\n".encode()),
            labels={LABEL: recipe.name, PACKAGES: json.dumps(packages, separators=(",", ":"))},
            tag=recipe.tag,
            rm=True,
            forcerm=True,
        )
        return str(client.images.get(recipe.tag).id)


def shortened(instruction: str) -> str:
    """A Dockerfile's instruction on one line, cut where it is too long to read."""
    return textwrap.shorten(instruction, _INSTRUCTION_COLUMNS, placeholder=" …")


def build_arguments(environment: Mapping[str, str], apt_proxy: str | None) -> dict[str, str]:
    """The host's proxy settings, else apt's. Docker knows these names and keeps them out of the image."""
    given = {name.upper(): value for name, value in environment.items() if value}
    if apt_proxy:
        given.setdefault("HTTP_PROXY", apt_proxy)
    return {spelled: given[name] for name in _PROXIES if name in given for spelled in (name, name.lower())}


def installed_packages(status: str) -> dict[str, str]:
    """Name and version of each installed package in dpkg's status file."""
    found = {}
    for stanza in status.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in stanza.splitlines() if re.match(r"[A-Z][\w-]*: ", line))
        if fields.get("Status") == "install ok installed":
            found[fields["Package"]] = fields["Version"]
    return dict(sorted(found.items()))


def _packages_in(client: docker.DockerClient, image: str) -> str:
    """dpkg's status file; empty in an image that has none."""
    with suppress(NotFound):
        return file_in(client, image, "/var/lib/dpkg/status").decode()
    return ""


def file_in(client: docker.DockerClient, image: str, path: str) -> bytes:
    """A file's content out of an image, through a container that never starts. Raises NotFound."""
    container = client.containers.create(image, entrypoint=["true"])
    try:
        chunks, _ = container.get_archive(path)
        with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as tar:
            member = tar.extractfile(tar.getmembers()[0])
            assert member is not None
            return member.read()
    finally:
        container.remove(force=True, v=True)
