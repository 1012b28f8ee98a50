"""Debian's root file system, on which `base` stands: pulled where a registry answers, else bootstrapped.

It is kept under a tag of ours with the refresh date, and asks the mirror that this machine asks.
"""

from __future__ import annotations

import io
import queue
import tarfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import docker

from environments.docker_errors import mapped, meaning
from environments.images import apt_sources, bootstrap
from environments.images.apt_sources import Source
from environments.images.progress import ImageProgress, Report, State
from environments.images.recipe import ROOT
from foundation.errors import Interrupted

SUITE = "trixie"
LABEL = "peakproof.refreshed"
# A registry that is there says something within seconds; behind a firewall that drops packets it never would.
_SILENCE_S = 8.0
_ASK_AGAIN_S = 0.1


@dataclass(frozen=True, kw_only=True)
class Rootfs:
    """How the root file system gets under `tag`. `pulled_from` is an image's name at a registry."""

    tag: str
    refreshed: str
    client: docker.DockerClient
    report: Report
    stop: threading.Event
    pulled_from: str = ROOT
    silence: float = _SILENCE_S

    def make(self) -> str:
        """The image's id. Raises Unavailable where it can be neither pulled nor bootstrapped."""
        self._news(1, f"pulling {self.pulled_from}")
        if self.pulled():
            return self._with_mirror()
        self._news(2, f"bootstrapping {SUITE}")
        with bootstrap.archive_of(SUITE, stop=self.stop) as archive:
            return self._imported(str(archive))

    def _news(self, step: int, doing: str) -> None:
        self.report(ImageProgress(name=ROOT, state=State.BUILDING, step=step, steps=2, doing=doing))

    def pulled(self) -> bool:
        """Whether the registry gave the image. Its silence counts as no, its reasons do not matter."""
        events: queue.Queue[bool | None] = queue.Queue()
        threading.Thread(target=self._pull, args=(events,), daemon=True).start()
        for waited in _ticks(events, self.silence):
            if self.stop.is_set():
                raise Interrupted("interrupted while pulling the base image")
            if waited is not None:
                return waited
        return False

    def _pull(self, events: queue.Queue[bool | None]) -> None:
        repository, _, tag = self.pulled_from.rpartition(":")
        try:
            for _ in self.client.api.pull(repository, tag=tag, stream=True, decode=True):
                events.put(None)
            self.client.images.get(self.pulled_from)
        except Exception:  # noqa: BLE001 - whatever the reason, the answer is to bootstrap
            events.put(False)
        else:
            events.put(True)

    def _with_mirror(self) -> str:
        """The pulled image with this machine's mirror, under our tag."""
        sources = reachable_without_certificates(apt_sources.of_this_machine(SUITE))
        with mapped("tagging the base image"):
            image, _ = self.client.images.build(
                fileobj=io.BytesIO(_context(self.pulled_from, sources)),
                custom_context=True,
                labels={LABEL: self.refreshed},
                tag=self.tag,
                rm=True,
                forcerm=True,
            )
            return str(image.id)

    def _imported(self, archive: str) -> str:
        repository, _, version = self.tag.rpartition(":")
        with mapped("importing the base image"):
            answer = self.client.api.import_image(
                src=archive, repository=repository, tag=version, changes=[f"LABEL {LABEL}={self.refreshed}"]
            )
            if '"error"' in answer:
                raise meaning(answer, doing="importing the base image")
            return str(self.client.images.get(self.tag).id)


def reachable_without_certificates(sources: Sequence[Source]) -> Sequence[Source]:
    """The sources, or none: the pulled system holds no certificates yet, so apt could not use https."""
    return sources if all(source.uri.startswith("http://") for source in sources) else ()


def _ticks(events: queue.Queue[bool | None], silence: float) -> Iterator[bool | None]:
    """Events as they come and None while waiting; ends after that many seconds without an event."""
    left = silence
    while left > 0:
        try:
            event = events.get(timeout=_ASK_AGAIN_S)
        except queue.Empty:
            left -= _ASK_AGAIN_S
            yield None
        else:
            left = silence
            yield event


def _context(image: str, sources: Sequence[Source]) -> bytes:
    copy = "COPY debian.sources /etc/apt/sources.list.d/debian.sources\n" if sources else ""
    files = {"Dockerfile": f"FROM {image}\n{copy}", "debian.sources": apt_sources.deb822(sources)}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(text.encode()), 0o644
            tar.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()
