"""Files into and out of containers, as the tar archives that Docker takes and gives."""

from __future__ import annotations

import io
import tarfile
import time
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from docker.errors import APIError, NotFound
from docker.models.containers import Container

FileSpec = tuple[str, bytes, int]
"""Absolute path, content, mode."""


def archive(files: Iterable[FileSpec], *, owner: int) -> bytes:
    """A tar of files, every one owned by `owner`."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path, content, mode in files:
            info = tarfile.TarInfo(path.lstrip("/"))
            info.size, info.mode, info.uid, info.gid, info.mtime = (
                len(content),
                mode,
                owner,
                owner,
                time.time(),
            )
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def outermost(folders: Iterable[str]) -> tuple[str, ...]:
    """The folders that are inside no other of them."""
    known = sorted({PurePosixPath(folder) for folder in folders})
    return tuple(str(each) for each in known if not set(each.parents) & set(known))


def by_folder(files: Iterable[FileSpec], folders: Iterable[str]) -> dict[str, list[FileSpec]]:
    """The files of each folder, their paths from there."""
    sorted_into: dict[str, list[FileSpec]] = {folder: [] for folder in folders}
    for path, content, mode in files:
        inside = [each for each in sorted_into if PurePosixPath(path).is_relative_to(each)]
        folder = max(inside, key=len)
        sorted_into[folder].append((str(PurePosixPath(path).relative_to(folder)), content, mode))
    return {folder: inside for folder, inside in sorted_into.items() if inside}


def read(container: Container, path: str) -> bytes | None:
    """The content of a file in a container, running or not; None when it is not there."""
    try:
        chunks, _ = container.get_archive(path)
    except NotFound:
        return None
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as tar:
        member = tar.extractfile(tar.next() or tarfile.TarInfo())
        return member.read() if member else None


def fetch(container: Container, path: str, into: Path) -> bool:
    """Copies a folder of a container into `into`; whether it was there."""
    try:
        chunks, _ = container.get_archive(path)
    except NotFound:
        return False
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as tar:
        tar.extractall(into, filter="data")
    return True


def tail(container: Container, lines: int) -> str:
    """The last lines of what a container printed; nothing where another command removes it in this moment."""
    try:
        text: bytes = container.logs(tail=lines)
    except APIError:
        return ""
    return text.decode(errors="replace").rstrip("\n")
