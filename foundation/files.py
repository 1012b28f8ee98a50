"""Files that are written once: never over an old one, never half."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from foundation.errors import InputError


def write_new(path: Path, content: bytes, *, hint: str, mode: int = 0o644) -> None:
    """Writes a file that does not exist yet. Raises InputError: it exists, or cannot be written."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise InputError("exists already and is not written over", where=str(path), hint=hint) from None
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(path), hint="check it") from error
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)  # whatever the umask says
        file.write(content)
        file.flush()
        os.fsync(descriptor)


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file that gets its name only when it is complete; until then it is `.NAME.part` beside it.

    Whatever happens before the end, the name stands for what it stood for. Raises InputError: cannot be
    written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(f"cannot be written: {error.strerror}", where=str(path), hint="check it") from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
