"""Files that are written once: never over an old one, never half. The system's errors about them are ours."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from foundation.errors import InputError, Unavailable


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
def whole(path: Path, done: str = "written") -> Iterator[BinaryIO]:
    """A file that gets its name only when it is complete; until then it has another one beside it.

    Whatever happens before the end, the name stands for what it stood for. Raises as `disk_errors`,
    which says what could not be `done`.
    """
    making = beside(path)
    with disk_errors(path, done):
        try:
            with making.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            making.replace(path)
        finally:
            making.unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """A name of its own in the same folder, hidden, for what is not complete yet."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")


@contextmanager
def disk_errors(path: Path, done: str = "opened") -> Iterator[None]:
    """Turns the system's errors about a file into ours: InputError (no such place), Unavailable (no room)."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise InputError(f"cannot be {done}: {error.strerror}", where=str(path), hint="check it") from error
    except BrokenPipeError:
        raise Unavailable("nobody reads stdout any more", where=str(path)) from None
    except OSError as error:
        hint = "make room, or check the permissions, and run again"
        raise Unavailable(error.strerror or "failed", where=str(path), hint=hint) from error
