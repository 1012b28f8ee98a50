"""Outputs that are whole or not there: written beside their place under another name, then moved."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from foundation.errors import Refused
from foundation.files import beside, disk_errors, whole

_REPLACE = "name another place, or --replace it"


@contextmanager
def whole_file(path: Path, *, replace: bool) -> Iterator[BinaryIO]:
    """The file to write; it gets its name when the block ends well, and is removed when not.

    Raises Refused (there is one already), Unavailable (disk full, no permission).
    """
    if path.exists() and not replace:
        raise Refused("exists already", where=str(path), hint=_REPLACE)
    with whole(path, "opened") as stream:
        yield stream


@contextmanager
def whole_folder(path: Path, *, replace: bool) -> Iterator[Path]:
    """A new folder to write into, which becomes `path` when the block ends well, and vanishes when not."""
    if path.exists() and not path.is_dir():
        raise Refused("is a file, and the source is a folder", where=str(path), hint="name a folder")
    if path.is_dir() and any(path.iterdir()) and not replace:
        raise Refused("is not empty", where=str(path), hint=_REPLACE)
    making = beside(path)
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
