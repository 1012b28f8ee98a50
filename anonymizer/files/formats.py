"""Which kinds of files there are, by the end of their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import pyarrow as pa

from anonymizer.files import csv_files, parquet_files
from anonymizer.files.content import Sink, Source
from foundation.errors import InputError
from foundation.files import disk_errors


class Reading(Protocol):
    """Opens a file; the delimiter is CSV's."""

    def __call__(self, stream: BinaryIO, name: str, delimiter: str, /) -> AbstractContextManager[Source]: ...


class Writing(Protocol):
    """Begins a file."""

    def __call__(
        self, stream: BinaryIO, schema: pa.Schema, delimiter: str, /
    ) -> AbstractContextManager[Sink]: ...


READING: Mapping[str, Reading] = {".csv": csv_files.reading, ".parquet": parquet_files.reading}
WRITING: Mapping[str, Writing] = {".csv": csv_files.writing, ".parquet": parquet_files.writing}


def suffix_of(path: Path) -> str:
    """ ".csv" or ".parquet". Raises InputError for any other file."""
    suffix = path.suffix.lower()
    if suffix not in READING:
        hint = "CSV (.csv) and Parquet (.parquet) can be masked; - is CSV from stdin or to stdout"
        raise InputError("is no kind of file that can be masked", where=str(path), hint=hint)
    return suffix


@contextmanager
def opened(path: Path, delimiter: str) -> Iterator[Source]:
    """A file, read as the end of its name says. Raises InputError, Unavailable."""
    with ExitStack() as stack:
        with disk_errors(path):
            stream = stack.enter_context(path.open("rb"))
        yield stack.enter_context(READING[suffix_of(path)](stream, str(path), delimiter))
