"""The files that services take from beside the document that names them. Reads files only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from environments.services import AnyOptions
from environments.services.container import ContainerOptions, FileInput
from foundation.documents import Document, Location
from foundation.errors import Problem

_MOST = 1024**2
"""Bytes that one of them may have: they are part of what describes an environment."""


def read(
    document: Document, services: Mapping[str, AnyOptions]
) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    """Service -> path inside its nodes -> content; and every file that is missing or no text."""
    texts: dict[str, dict[str, str]] = {}
    problems: list[Problem] = []
    for name, options in services.items():
        for path, said in options.files.items() if isinstance(options, ContainerOptions) else ():
            if isinstance(said, FileInput):
                at: Location = ("services", name, "files", path, "file")
                source = document.file(at).parent / said.file
                for inner, found in _found(path, source):
                    try:
                        texts.setdefault(name, {})[inner] = _text(found)
                    except ValueError as error:
                        problems.append(document.problem(at, str(error)))
    return texts, problems


def _found(path: str, source: Path) -> Iterator[tuple[str, Path]]:
    """Path inside the node -> file: one, or all of a folder."""
    if not source.is_dir():
        yield path, source
        return
    for each in sorted(source.rglob("*")):
        if each.is_file():
            yield f"{path}/{each.relative_to(source).as_posix()}", each


def _text(path: Path) -> str:
    """The file's content. Raises ValueError that says what is wrong with it."""
    try:
        if path.stat().st_size > _MOST:
            raise ValueError(f"{path} has more than 1 MiB: what is so large belongs into an image")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ValueError(f"no such file: {path}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path} is no text: what is binary belongs into an image") from None
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
