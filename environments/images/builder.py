"""What images there are, what they would be made of, and making sure that they exist."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

import docker

from environments.dockerfiles import PREFIX
from environments.image_sources import ImageSource
from environments.images.construction import BuiltImage, Construction, present
from environments.images.context import Context, read, read_as
from environments.images.progress import ImageProgress, Report, silent
from environments.images.recipe import Recipe, recipes, root_tag
from environments.references import is_reference

_HERE = Path(__file__).parent


def catalogue() -> dict[str, Path]:
    """The built-in images: name -> folder."""
    return {path.parent.name: path.parent for path in sorted(_HERE.glob("*/Dockerfile"))}


def refreshed() -> str:
    """The date in the file `refreshed`: bump it to take newer Debian packages into every image."""
    return (_HERE / "refreshed").read_text(encoding="utf-8").strip()


def planned(names: Iterable[str], *, folders: Mapping[str, Path | ImageSource]) -> dict[str, Recipe]:
    """The recipes of `names` and all they stand on, parents first. Reads folders, never asks Docker."""
    known = {**catalogue(), **folders}

    def read_source(name: str) -> Context:
        source = known[name]
        return read(source) if isinstance(source, Path) else read_as(source)

    return recipes(names, read=read_source, known=known, refreshed=refreshed())


def ensure(
    names: Iterable[str],
    *,
    folders: Mapping[str, Path | ImageSource],
    client: docker.DockerClient,
    progress: Report = silent,
) -> Mapping[str, BuiltImage]:
    """Builds what is missing of `names` and their parents, independent ones at once; returns all of them.

    A name that is a reference is looked for in the engine, else pulled. `folders` adds a platform's own
    images: {"orderhub/app": Path(...)}, or an ImageSource where a folder does not say it all. `progress` is
    called from several threads, one call at a time. Raises InputError for a wrong Dockerfile or name before
    Docker is asked, and for an image that is nowhere or of another platform; BuildFailed, Unavailable. After
    an error or Ctrl-C nothing half-built is left.
    """
    wanted = list(names)
    plan = planned([name for name in wanted if not is_reference(name)], folders=folders)
    return Construction(
        client=client,
        report=_in_turn(progress),
        plan=plan,
        references=tuple(name for name in wanted if is_reference(name)),
        refreshed=refreshed(),
    ).ensure()


def superseded(client: docker.DockerClient) -> list[str]:
    """Tags of our built-in images with other hashes than today's: nothing removes them by itself."""
    current = {recipe.tag for recipe in planned(catalogue(), folders={}).values()} | {root_tag(refreshed())}
    ours = {f"{PREFIX}{name}" for name in catalogue()} | {f"{PREFIX}debian"}
    return sorted(tag for tag in present(client) if tag not in current and tag.rpartition(":")[0] in ours)


def _in_turn(progress: Report) -> Report:
    turn = threading.Lock()

    def report(news: ImageProgress) -> None:
        with turn:
            progress(news)

    return report
