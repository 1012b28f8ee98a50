"""What kinds of files share: an open source of blocks of rows, and a sink. Knows no kind of file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from foundation.errors import InputError

# Told after every block: what is done, rows so far, rows expected (0: nobody knows).
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Block:
    """Some rows, where they stand in the file, as errors name it, and the number of the first, from 1."""

    rows: pa.Table = field(repr=False)
    where: str
    first: int


class WrongRow(InputError):  # noqa: N818 - says what happened
    """A row that cannot be masked; `row`: which of its block, from 0. Never says what stands there."""

    def __init__(self, what: str, row: int, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what, where=where, hint=hint)
        self.row = row


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
