"""Builds several images: each once its parent is there, independent ones at once, none twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import docker

from environments.docker_errors import mapped
from environments.dockerfiles import PREFIX
from environments.images import buildkit, locking, pulling, wheels
from environments.images.build import LABEL, Build
from environments.images.buildkit import BuildKitBuild
from environments.images.progress import ImageProgress, Report, State
from environments.images.recipe import ROOT, Recipe, root_tag
from environments.images.rootfs import Rootfs
from foundation.errors import Interrupted

# A step that is being ended answers within this; what is left after it ends with the process.
_PATIENCE_S = 15.0


@dataclass(frozen=True, kw_only=True)
class BuiltImage:
    """An image that is there. `seconds` is how long its build took, None where it was there before.

    `parents`: what of ours it stands on; of an image of others nothing.
    """

    name: str
    tag: str
    id: str
    parents: tuple[str, ...]
    seconds: float | None


@dataclass(kw_only=True)
class Construction:
    """One call of ensure: its plan, the references, and a thread for each image that is missing."""

    client: docker.DockerClient
    report: Report
    plan: Mapping[str, Recipe]
    references: tuple[str, ...] = ()
    refreshed: str
    built: dict[str, BuiltImage] = field(default_factory=dict)
    errors: list[BaseException] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    running: dict[str, Build | BuildKitBuild] = field(default_factory=dict)

    def ensure(self) -> dict[str, BuiltImage]:
        """All of the plan, parents first. Raises the first failure, after everything else has ended too."""
        missing = []
        there = present(self.client)
        for recipe in self.plan.values():
            if recipe.tag in there:
                self._finish(recipe, there[recipe.tag], seconds=None)
            else:
                missing.append(recipe)
        lacking = []
        for reference in self.references:
            image = pulling.found(self.client, reference)
            if image:
                self._had(reference, image, seconds=None)
            else:
                lacking.append(reference)
        if missing or lacking:
            self._build_all(missing, lacking)
        return {name: self.built[name] for name in [*self.plan, *self.references]}

    def _build_all(self, missing: list[Recipe], lacking: list[str]) -> None:
        ended = {name: threading.Event() for name in [ROOT, *self.plan, *lacking]}
        for name in ended.keys() & self.built.keys():
            ended[name].set()
        jobs: dict[str, Callable[[], None]] = {}
        if any(ROOT in recipe.parents for recipe in missing):
            jobs[ROOT] = self._make_root
        for reference in lacking:
            self.report(ImageProgress(name=reference, state=State.WAITING))
            jobs[reference] = partial(self._pull, reference)
        for recipe in missing:
            self.report(ImageProgress(name=recipe.name, state=State.WAITING))
            jobs[recipe.name] = partial(self._make, recipe, [ended[parent] for parent in recipe.parents])
        for name, job in jobs.items():
            work = partial(self._job, name, job, ended[name])
            threading.Thread(target=work, daemon=True, name=f"image-{name}").start()
        self._wait([ended[name] for name in jobs])

    def _wait(self, ended: list[threading.Event]) -> None:
        """Waits on events: Thread.join, once interrupted, takes a running thread for one that has ended."""
        try:
            for event in ended:
                event.wait()
        except BaseException:
            self._interrupt(ended)
            raise
        if self.errors:
            raise next((error for error in self.errors if not isinstance(error, Interrupted)), self.errors[0])

    def _interrupt(self, ended: list[threading.Event]) -> None:
        self.stop.set()
        for build in list(self.running.values()):
            build.interrupt()
        deadline = time.monotonic() + _PATIENCE_S
        for event in ended:
            event.wait(max(0.0, deadline - time.monotonic()))

    def _job(self, name: str, work: Callable[[], None], ended: threading.Event) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - carried to the thread that waits
            self._fail(name, error)
        finally:
            ended.set()

    def _make_root(self) -> None:
        tag = root_tag(self.refreshed)
        with locking.locked("debian", self.stop):
            if tag not in present(self.client, tag):
                Rootfs(
                    tag=tag, refreshed=self.refreshed, client=self.client, report=self.report, stop=self.stop
                ).make()
        self.report(ImageProgress(name=ROOT, state=State.DONE))

    def _pull(self, reference: str) -> None:
        began = time.monotonic()
        image = pulling.pull(self.client, reference, self.report, self.stop)
        self._had(reference, image, seconds=time.monotonic() - began)

    def _make(self, recipe: Recipe, parents: list[threading.Event]) -> None:
        packages = self._packages(recipe)
        for parent in parents:
            parent.wait()
        if not self.stop.is_set():
            with locking.locked(recipe.name, self.stop):
                self._build(recipe, packages)

    def _packages(self, recipe: Recipe) -> Path | None:
        """The wheels are fetched while the parent is still being built."""
        if recipe.requirements is None:
            return None
        with mapped("asking Docker for its architecture"):
            architecture = str(self.client.version()["Arch"])
        return wheels.unpacked(recipe.requirements, architecture=architecture, stop=self.stop)

    def _build(self, recipe: Recipe, packages: Path | None) -> None:
        if found := present(self.client, recipe.tag).get(
            recipe.tag
        ):  # another command built it while we waited for the lock
            self._finish(recipe, found, seconds=None)
            return
        began = time.monotonic()
        build = self._builder(recipe)
        self.running[recipe.name] = build
        try:
            self._finish(recipe, build.run(packages), seconds=time.monotonic() - began)
        finally:
            del self.running[recipe.name]

    def _builder(self, recipe: Recipe) -> Build | BuildKitBuild:
        """BuildKit for what wants it, where it is there; else the engine's own builder."""
        cli = buildkit.available() if recipe.wants_buildkit else None
        if cli is None:
            return Build(recipe=recipe, client=self.client, report=self.report, stop=self.stop)
        return BuildKitBuild(recipe=recipe, client=self.client, report=self.report, stop=self.stop, cli=cli)

    def _finish(self, recipe: Recipe, image: str, *, seconds: float | None) -> None:
        self.built[recipe.name] = BuiltImage(
            name=recipe.name, tag=recipe.tag, id=image, parents=recipe.parents, seconds=seconds
        )
        self.report(ImageProgress(name=recipe.name, state=State.CACHED if seconds is None else State.DONE))

    def _had(self, reference: str, image: str, *, seconds: float | None) -> None:
        self.built[reference] = BuiltImage(
            name=reference, tag=reference, id=image, parents=(), seconds=seconds
        )
        self.report(ImageProgress(name=reference, state=State.CACHED if seconds is None else State.DONE))

    def _fail(self, name: str, error: BaseException) -> None:
        """The first failure ends the others too: what they would stand on may be missing."""
        self.errors.append(error)
        self.stop.set()
        if not isinstance(error, Interrupted):
            self.report(ImageProgress(name=name, state=State.FAILED))
        for build in list(self.running.values()):
            if build.recipe.name != name:
                build.interrupt()


def present(client: docker.DockerClient, reference: str = f"{PREFIX}*") -> dict[str, str]:
    """Our images on that engine: tag -> id."""
    with mapped("listing images"):
        images = [
            *client.api.images(filters={"reference": reference}),
            *client.api.images(filters={"label": LABEL}),
        ]
    return {tag: str(image["Id"]) for image in images for tag in image["RepoTags"] or ()}
