"""Makes sure that images exist: each is built once its parent is there, independent ones at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import docker

from environments.docker_errors import mapped
from environments.images import cache, wheels
from environments.images.build import LABEL, Build
from environments.images.context import Context, read
from environments.images.progress import ImageProgress, Report, State, silent
from environments.images.recipe import PREFIX, ROOT, Recipe, recipes, root_tag
from environments.images.rootfs import Rootfs
from foundation.errors import Interrupted

_HERE = Path(__file__).parent
# A step that is being ended answers within this; what is left after it ends with the process.
_PATIENCE_S = 15.0


@dataclass(frozen=True, kw_only=True)
class BuiltImage:
    """An image that is there. `seconds` is how long its build took, None where it was there before."""

    name: str
    tag: str
    id: str
    parent: str
    seconds: float | None


def catalogue() -> dict[str, Path]:
    """The built-in images: name -> folder."""
    return {path.parent.name: path.parent for path in sorted(_HERE.glob("*/Dockerfile"))}


def refreshed() -> str:
    """The date in the file `refreshed`: bump it to take newer Debian packages into every image."""
    return (_HERE / "refreshed").read_text(encoding="utf-8").strip()


def planned(names: Iterable[str], *, folders: Mapping[str, Path]) -> dict[str, Recipe]:
    """The recipes of `names` and all they stand on, parents first. Reads folders, never asks Docker."""
    known = {**catalogue(), **folders}

    def read_folder(name: str) -> Context:
        return read(known[name])

    return recipes(names, read=read_folder, known=known, refreshed=refreshed())


def ensure(
    names: Iterable[str],
    *,
    folders: Mapping[str, Path],
    client: docker.DockerClient,
    progress: Report = silent,
) -> Mapping[str, BuiltImage]:
    """Builds what is missing of `names` and their parents, independent ones at once; returns all of them.

    `folders` adds a platform's own images: {"orderhub/app": Path(...)}. `progress` is called from several
    threads, one call at a time. Raises InputError for a wrong Dockerfile or name before Docker is asked,
    BuildFailed, Unavailable; after an error or Ctrl-C nothing half-built is left.
    """
    plan = planned(names, folders=folders)
    return _Site(client=client, report=_in_turn(progress), plan=plan, present=_present(client)).ensure()


def superseded(client: docker.DockerClient) -> list[str]:
    """Tags of our built-in images with other hashes than today's: nothing removes them by itself."""
    current = {recipe.tag for recipe in planned(catalogue(), folders={}).values()} | {root_tag(refreshed())}
    ours = {f"{PREFIX}{name}" for name in catalogue()} | {f"{PREFIX}debian"}
    return sorted(tag for tag in _present(client) if tag not in current and tag.rpartition(":")[0] in ours)


@dataclass(kw_only=True)
class _Site:
    """One call of ensure: its plan, and the threads that carry it out."""

    client: docker.DockerClient
    report: Report
    plan: Mapping[str, Recipe]
    present: dict[str, str]
    built: dict[str, BuiltImage] = field(default_factory=dict)
    errors: list[BaseException] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    running: dict[str, Build] = field(default_factory=dict)

    def ensure(self) -> dict[str, BuiltImage]:
        missing = []
        for recipe in self.plan.values():
            if recipe.tag in self.present:
                self._finish(recipe, self.present[recipe.tag], seconds=None)
            else:
                missing.append(recipe)
        if missing:
            self._build_all(missing)
        return {name: self.built[name] for name in self.plan}

    def _build_all(self, missing: list[Recipe]) -> None:
        there = {name: threading.Event() for name in [ROOT, *self.plan]}
        for name in self.built:
            there[name].set()
        for recipe in missing:
            self.report(ImageProgress(name=recipe.name, state=State.WAITING))
        jobs = [
            threading.Thread(target=self._job, args=(recipe, there), daemon=True, name=f"image-{recipe.name}")
            for recipe in missing
        ]
        if any(recipe.parent == ROOT for recipe in missing):
            jobs.insert(
                0, threading.Thread(target=self._root_job, args=(there,), daemon=True, name="image-root")
            )
        for job in jobs:
            job.start()
        self._wait(jobs)

    def _wait(self, jobs: list[threading.Thread]) -> None:
        try:
            for job in jobs:
                job.join()
        except BaseException:
            self._interrupt(jobs)
            raise
        if self.errors:
            raise next((error for error in self.errors if not isinstance(error, Interrupted)), self.errors[0])

    def _interrupt(self, jobs: list[threading.Thread]) -> None:
        self.stop.set()
        for build in list(self.running.values()):
            build.interrupt()
        deadline = time.monotonic() + _PATIENCE_S
        for job in jobs:
            job.join(max(0.0, deadline - time.monotonic()))

    def _root_job(self, there: Mapping[str, threading.Event]) -> None:
        tag = root_tag(refreshed())
        try:
            with cache.locked("debian", self.stop):
                if self._id(tag) is None:
                    Rootfs(
                        tag=tag,
                        refreshed=refreshed(),
                        client=self.client,
                        report=self.report,
                        stop=self.stop,
                    ).make()
                    self.report(ImageProgress(name=ROOT, state=State.DONE))
        except BaseException as error:  # noqa: BLE001 - carried to the thread that waits
            self._fail(ROOT, error)
        finally:
            there[ROOT].set()

    def _job(self, recipe: Recipe, there: Mapping[str, threading.Event]) -> None:
        try:
            packages = self._packages(recipe)
            there[recipe.parent].wait()
            if not self.stop.is_set():
                with cache.locked(recipe.name, self.stop):
                    self._build(recipe, packages)
        except BaseException as error:  # noqa: BLE001 - carried to the thread that waits
            self._fail(recipe.name, error)
        finally:
            there[recipe.name].set()

    def _packages(self, recipe: Recipe) -> Path | None:
        """The wheels are fetched while the parent is still being built."""
        if recipe.requirements is None:
            return None
        with mapped("asking Docker for its architecture"):
            architecture = str(self.client.version()["Arch"])
        return wheels.unpacked(recipe.requirements, architecture=architecture, stop=self.stop)

    def _build(self, recipe: Recipe, packages: Path | None) -> None:
        if found := self._id(recipe.tag):  # another command built it while we waited for the lock
            self._finish(recipe, found, seconds=None)
            return
        began = time.monotonic()
        build = Build(recipe=recipe, client=self.client, report=self.report, stop=self.stop)
        self.running[recipe.name] = build
        try:
            self._finish(recipe, build.run(packages), seconds=time.monotonic() - began)
        finally:
            del self.running[recipe.name]

    def _finish(self, recipe: Recipe, image: str, *, seconds: float | None) -> None:
        self.built[recipe.name] = BuiltImage(
            name=recipe.name, tag=recipe.tag, id=image, parent=recipe.parent, seconds=seconds
        )
        self.report(ImageProgress(name=recipe.name, state=State.CACHED if seconds is None else State.DONE))

    def _fail(self, name: str, error: BaseException) -> None:
        """The first failure ends the others too: what they would stand on may be missing."""
        self.errors.append(error)
        self.stop.set()
        if not isinstance(error, Interrupted):
            self.report(ImageProgress(name=name, state=State.FAILED))
        for build in list(self.running.values()):
            if build.recipe.name != name:
                build.interrupt()

    def _id(self, tag: str) -> str | None:
        return _present(self.client, tag).get(tag)


def _present(client: docker.DockerClient, reference: str = f"{PREFIX}*") -> dict[str, str]:
    """Our images on that engine: tag -> id."""
    with mapped("listing images"):
        images = [
            *client.api.images(filters={"reference": reference}),
            *client.api.images(filters={"label": LABEL}),
        ]
    return {tag: str(image["Id"]) for image in images for tag in image["RepoTags"] or ()}


def _in_turn(progress: Report) -> Report:
    turn = threading.Lock()

    def report(news: ImageProgress) -> None:
        with turn:
            progress(news)

    return report
