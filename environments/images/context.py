"""A build context: the files of an image's folder, read once, hashed and packed. Never writes to the disk.

Only what git keeps of a file counts (path, bytes, executable or not), so that every clone has the same hash.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from docker.utils.build import exclude_paths

from environments.image_sources import DOCKERFILE, ImageSource
from foundation.errors import InputError

REQUIREMENTS = "requirements.txt"
SITE_PACKAGES = "site-packages"
_NEVER = ("**/__pycache__", "**/*.pyc", SITE_PACKAGES, "**/.DS_Store", "**/*.swp", "**/peakproof-secrets")
_EXECUTABLE, _PLAIN, _LINK = 0o755, 0o644, 0o777


@dataclass(frozen=True, kw_only=True)
class ContextFile:
    """One file: its path from the folder with `/`, its mode, its bytes (of a link: where it points)."""

    path: str
    mode: int
    data: bytes

    @property
    def is_link(self) -> bool:
        return self.mode == _LINK


@dataclass(frozen=True, kw_only=True)
class Context:
    """The files of an image's folder, in the order of their paths."""

    folder: Path
    files: tuple[ContextFile, ...]

    def text(self, path: str) -> str | None:
        """The file's text, None where there is no such file."""
        return next((file.data.decode() for file in self.files if file.path == path), None)

    @property
    def dockerfile(self) -> str:
        """The Dockerfile's text. Raises InputError where the folder has none."""
        text = self.text(DOCKERFILE)
        if text is None:
            raise InputError(f"an image's folder needs a {DOCKERFILE}", where=str(self.folder))
        return text

    def digest(self, *also: str) -> str:
        """SHA-256 in hex over `also` and every file's path, mode and bytes. Independent of their order."""
        total = hashlib.sha256()
        for part in _parts(self.files, also):
            total.update(len(part).to_bytes(8, "big") + part)
        return total.hexdigest()


def read(folder: Path) -> Context:
    """The context in `folder`, without what .dockerignore names. Raises InputError where it is no folder."""
    if not folder.is_dir():
        raise InputError("no such folder of an image", where=str(folder), hint="check the path")
    ignore = folder / ".dockerignore"
    patterns = ignore.read_text(encoding="utf-8").splitlines() if ignore.is_file() else []
    kept = exclude_paths(str(folder), [*filter(_is_pattern, patterns), *_NEVER], dockerfile=DOCKERFILE)
    return Context(folder=folder, files=tuple(_files(folder, sorted(Path(path).as_posix() for path in kept))))


def read_as(source: ImageSource) -> Context:
    """The context of a source: that of its folder, with the Dockerfile that builds it and nothing further."""
    context = read(source.folder)
    if source.is_plain:
        return context
    if lack := source.lacks():
        raise InputError(lack, where=str(source.path))
    made = ContextFile(path=DOCKERFILE, mode=_PLAIN, data=source.text().encode())
    others = (file for file in context.files if file.path != DOCKERFILE)
    return Context(folder=source.folder, files=tuple(sorted((*others, made), key=lambda file: file.path)))


def packed(context: Context, dockerfile: str, extra: Path | None = None) -> bytes:
    """The context as an uncompressed tar, with this Dockerfile and `extra` as its site-packages."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for file in context.files:
            if file.path != DOCKERFILE:
                _add(tar, file)
        _add(tar, ContextFile(path=DOCKERFILE, mode=_PLAIN, data=dockerfile.encode()))
        if extra is not None:
            tar.add(extra, SITE_PACKAGES, filter=_anonymous)
    return buffer.getvalue()


def _is_pattern(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _parts(files: Iterable[ContextFile], also: Iterable[str]) -> Iterator[bytes]:
    yield from (text.encode() for text in also)
    for file in sorted(files, key=lambda file: file.path):
        yield from (file.path.encode(), oct(file.mode).encode(), file.data)


def _files(folder: Path, paths: Iterable[str]) -> Iterator[ContextFile]:
    for path in paths:
        source = folder / path
        if source.is_symlink():
            yield ContextFile(path=path, mode=_LINK, data=str(source.readlink()).encode())
        elif source.is_file():
            executable = source.stat().st_mode & 0o100
            mode = _EXECUTABLE if executable else _PLAIN
            yield ContextFile(path=path, mode=mode, data=source.read_bytes())


def _add(tar: tarfile.TarFile, file: ContextFile) -> None:
    member = tarfile.TarInfo(file.path)
    member.mode = file.mode
    if file.is_link:
        member.type, member.linkname = tarfile.SYMTYPE, file.data.decode()
        tar.addfile(member)
    else:
        member.size = len(file.data)
        tar.addfile(member, io.BytesIO(file.data))


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Root's, with the least mode that all may read: a host's umask must not decide who can import."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = _EXECUTABLE if member.isdir() or member.mode & 0o100 else _PLAIN
    return member
