"""Outputs that are whole or not there: written beside their place under another name, then moved."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from foundation.errors import InputError, Refused, Unavailable

_REPLACE = "name another place, or --replace it"


@contextmanager
def whole_file(path: Path, *, replace: bool) -> Iterator[BinaryIO]:
    """The file to write; it gets its name when the block ends well, and is removed when not.

    Raises Refused (there is one already), Unavailable (disk full, no permission).
    """
    if path.exists() and not replace:
        raise Refused("exists already", where=str(path), hint=_REPLACE)
    making = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    with disk_errors(path):
        try:
            with making.open("xb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            making.replace(path)
        finally:
            making.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path, *, replace: bool) -> Iterator[Path]:
    """A new folder to write into, which becomes `path` when the block ends well, and vanishes when not."""
    if path.exists() and not path.is_dir():
        raise Refused("is a file, and the source is a folder", where=str(path), hint="name a folder")
    if path.is_dir() and any(path.iterdir()) and not replace:
        raise Refused("is not empty", where=str(path), hint=_REPLACE)
    making = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    with disk_errors(path):
        try:
            making.mkdir()
            yield making
            path.mkdir(exist_ok=True)
            for file in making.iterdir():
                file.replace(path / file.name)
        finally:
            shutil.rmtree(making, ignore_errors=True)


@contextmanager
def standard_output() -> Iterator[BinaryIO]:
    """stdout; whether all of it came, only the exit code tells."""
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turns the system's errors about a file into ours."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise InputError(f"cannot be opened: {error.strerror}", where=str(path), hint="check it") from error
    except BrokenPipeError:
        raise Unavailable("nobody reads stdout any more", where=str(path)) from None
    except OSError as error:
        hint = "make room, or check the permissions, and run again"
        raise Unavailable(error.strerror or "failed", where=str(path), hint=hint) from error
