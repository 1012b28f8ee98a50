"""What a project names on the disk: files and folders that it mounts, Dockerfiles. Reads, never writes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from environments.compose.service import ComposeService

MOST_FILES, MOST_BYTES = 50, 256 * 1024
"""What a folder may have: its files are part of what describes an environment."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a path is. `unfit`: why its files cannot be part of a definition; `texts`: what they say."""

    what: Literal["file", "folder", "nothing", "other"]
    unfit: str = ""
    executable: bool = False
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Disk:
    """Path -> what it is; the folder of an image -> the text of its Dockerfile."""

    paths: Mapping[Path, Found] = field(default_factory=dict)
    dockerfiles: Mapping[Path, str] = field(default_factory=dict)

    def found(self, path: Path) -> Found:
        return self.paths.get(path, Found(what="nothing"))


def look(services: Iterable[ComposeService]) -> Disk:
    """At everything that these services mount and are built from."""
    services = list(services)
    binds = {each.path for service in services for each in service.volumes if each.kind == "bind"}
    builds = [service.build for service in services if service.build and not service.build.remote]
    dockerfiles = {}
    for build in builds:
        path = build.folder / build.dockerfile
        if path.is_file():
            dockerfiles[path] = path.read_text(encoding="utf-8", errors="replace")
    return Disk(paths={path: _found(path) for path in binds}, dockerfiles=dockerfiles)


def _found(path: Path) -> Found:
    try:
        if path.is_file():
            return _file(path)
        if path.is_dir():
            return _folder(path)
        return Found(what="other" if path.exists() else "nothing")
    except OSError as error:
        return Found(what="other", unfit=error.strerror or "cannot be read")


def _file(path: Path) -> Found:
    unfit, texts = _texts([path])
    return Found(what="file", unfit=unfit, executable=os.access(path, os.X_OK), texts=texts)


def _folder(path: Path) -> Found:
    files = []
    for each in _below(path):
        files.append(each)
        if len(files) > MOST_FILES:
            return Found(what="folder", unfit=f"more than {MOST_FILES} files")
    unfit, texts = _texts(files)
    return Found(
        what="folder", unfit=unfit, executable=any(os.access(each, os.X_OK) for each in files), texts=texts
    )


def _below(path: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(path):
        folders.sort()
        yield from (Path(folder) / name for name in sorted(files))


def _texts(files: list[Path]) -> tuple[str, tuple[str, ...]]:
    """Why they are unfit, or what they say."""
    texts: list[str] = []
    left = MOST_BYTES
    for path in files:
        if not path.is_file():
            return f"{path.name} is no file", ()
        left -= path.stat().st_size
        if left < 0:
            return f"more than {MOST_BYTES // 1024} KiB", ()
        try:
            texts.append(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            return f"{path.name} is no text", ()
    return "", tuple(texts)
