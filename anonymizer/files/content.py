"""What kinds of files share: an open source of blocks of rows, and a sink. Knows no kind of file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

# Told after every block: what is done, rows so far, rows expected (0: nobody knows).
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Block:
    """Some rows, and where they stand in the file, as errors name it."""

    rows: pa.Table
    where: str


class Source(Protocol):
    """An open file. `expected` counts its rows; 0 where nobody knows before the end."""

    @property
    def schema(self) -> pa.Schema: ...

    @property
    def expected(self) -> int: ...

    def blocks(self, columns: Sequence[str] | None = None) -> Iterator[Block]:
        """All rows, of these columns or of all."""
        ...


class Sink(Protocol):
    """Takes masked rows, in order."""

    def write(self, rows: pa.Table) -> None: ...
