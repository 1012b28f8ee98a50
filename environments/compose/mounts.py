"""What is mounted into a service, as volumes, files and folders in memory. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from environments.compose import names
from environments.compose.notes import Note
from environments.compose.scene import Scene, changed, lost
from environments.compose.service import ComposeService
from environments.compose.shapes import Mounted

_SOCKETS = ("/var/run/docker.sock", "/run/docker.sock")
_CLOCKS = ("/etc/localtime", "/etc/timezone")


@dataclass(kw_only=True)
class Mounts:
    """Volumes by name, files by path inside, folders in memory; and what is told of them."""

    volumes: dict[str, object] = field(default_factory=dict)
    files: dict[str, object] = field(default_factory=dict)
    tmpfs: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def volume(self, source: str, target: str) -> None:
        """A volume of the nodes' own; one at a path."""
        if target not in self.volumes.values():
            self.volumes[names.free(names.plain(source or target), self.volumes)] = target


def of(service: ComposeService, scene: Scene) -> Mounts:
    """Everything that is mounted."""
    mounts = Mounts(tmpfs=[_clean(path) for path in service.tmpfs])
    binds = {_clean(each.target) for each in service.volumes if each.kind == "bind"}
    for each in service.volumes:
        target = _clean(each.target)
        if not target.startswith("/") or target == "/":
            mounts.notes.append(
                lost(service, "volumes", f"{each.target!r} is no path in a node", place=each.place)
            )
        elif each.kind == "tmpfs":
            mounts.tmpfs.append(target)
        elif each.kind == "volume":
            _volume(mounts, each, target, service, scene, binds)
        elif each.kind == "bind":
            _bind(mounts, each, target, service, scene)
        else:
            mounts.notes.append(
                lost(service, "volumes", f"no such kind of mount at {target}", place=each.place)
            )
    mounts.tmpfs = [path for path in dict.fromkeys(mounts.tmpfs) if path not in mounts.volumes.values()]
    return mounts


def _clean(path: str) -> str:
    return str(PurePosixPath(path)) if path else path


def _is_source(each: Mounted, service: ComposeService, scene: Scene) -> bool:
    """Whether a bind lays the sources over what the image was built from: a way to work, not to run."""
    build = service.build
    if build is None or build.remote or each.read_only:
        return False
    context, path = build.folder.resolve(), each.path.resolve()
    text = scene.disk.dockerfiles.get(build.folder / build.dockerfile, "")
    below = path == context or context in path.parents or path in context.parents
    return below and re.search(rf"(?<![\w/]){re.escape(_clean(each.target))}(?![\w-])", text) is not None


def _volume(
    mounts: Mounts, each: Mounted, target: str, service: ComposeService, scene: Scene, binds: set[str]
) -> None:
    if not each.source and any(target.startswith(f"{path}/") for path in binds):
        return  # such as node_modules, which sources that are mounted would hide, and files do not
    mounts.volume(each.source, target)
    sharing = [
        name for name, other in scene.services.items() if each.source in {one.source for one in other.volumes}
    ]
    if each.source and len(sharing) > 1:
        what = f"volume {each.source!r} is shared, and here each node has one of its own"
        hint = "what one writes and another reads has to go over the network, or into the image"
        mounts.notes.append(lost(service, "volumes", what, hint, place=each.place))
    if each.subpath:
        mounts.notes.append(changed(service, "volumes", "the volume begins at its top", place=each.place))


def _bind(mounts: Mounts, each: Mounted, target: str, service: ComposeService, scene: Scene) -> None:
    found = scene.disk.found(each.path)
    if _is_source(each, service, scene) and found.what == "folder":
        what = f"{each.source} is not mounted over the image: what was built is what runs"
        mounts.notes.append(changed(service, "volumes", what, place=each.place))
    elif each.source in _CLOCKS:
        mounts.notes.append(changed(service, "volumes", f"{each.source}: nodes run in UTC", place=each.place))
    elif reason := _of_the_machine(each):
        mounts.notes.append(
            lost(service, "volumes", f"{each.source}: {reason[0]}", reason[1], place=each.place)
        )
    elif found.what in ("file", "folder") and not found.unfit and found.texts:
        mounts.files[target] = _file(scene.beside(each.path), executable=found.executable)
    elif found.what == "file":
        what = f"{each.source} is not a file of the node: {found.unfit or 'it is empty'}"
        mounts.notes.append(lost(service, "volumes", what, "COPY it in a Dockerfile", place=each.place))
    elif found.unfit:
        mounts.volume(_last(each.source), target)
        what = f"{each.source} is an empty volume here, without its files: {found.unfit}"
        mounts.notes.append(lost(service, "volumes", what, "COPY them in a Dockerfile", place=each.place))
    else:
        mounts.volume(_last(each.source), target)
        there = "empty" if found.what == "folder" else "not there"
        what = f"{each.source} becomes a volume: it is {there}"
        mounts.notes.append(changed(service, "volumes", what, place=each.place))


def _file(path: str, *, executable: bool) -> object:
    return {"file": path, "mode": "0755"} if executable else {"file": path}


def _of_the_machine(each: Mounted) -> tuple[str, str] | None:
    """Why a path is the machine's own business, and what to do; None where it belongs to the project."""
    if each.source in _SOCKETS or each.target in _SOCKETS:
        return "no node reaches the Docker Engine", "--without SERVICE leaves a service out"
    path = Path(each.source).expanduser()
    if each.source.startswith("~") or (path.is_absolute() and not _in_project(path, each)):
        return "no node sees the machine's own files", "copy what it needs beside the Compose file"
    if each.source[1:2] == ":" or "\\" in each.source:
        return "a path of Windows", "write it with / from the Compose file's folder"
    return None


def _in_project(path: Path, each: Mounted) -> bool:
    return each.place.folder.resolve() in path.resolve().parents


def _last(source: str) -> str:
    return PurePosixPath(source).name or "data"
