"""How discovery reads a database, whatever engine it is; and the sketches of all rows. No value is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import pyarrow as pa

from anonymizer.discovery.copies import Place
from anonymizer.discovery.facts import Finding
from anonymizer.discovery.sketches import Sketch, hashes, new_seed
from anonymizer.policies.schema import Schema, Table
from anonymizer.transforms.base import NUMBERS, TEXT

# Rows looked at in a table, of one with more than so many spread over it; and characters of a value.
ROWS = 200
BIG = 20_000
LONGEST = 4000


# Told as all rows are read: table, rows so far, rows expected (the server's estimate).
Progress = Callable[[str, int, int], None]
# Reads a part of a table's rows.
Piece = Callable[[], Iterator[pa.RecordBatch]]


class Sampled(Protocol):
    """A source in one read-only snapshot. Every value comes as text."""

    @property
    def schema(self) -> Schema: ...

    def some(self, table: Table) -> Sequence[Sequence[str | None]]:
        """At most `ROWS` rows of the stored columns, always the same ones of the same table.

        Texts are cut to `LONGEST` characters; half of a document cannot be read, and is told as such.
        """
        ...

    @property
    def at_once(self) -> int:
        """How many pieces may be read at the same time."""
        ...

    def pieces(self, table: Table, columns: Sequence[str]) -> Iterator[Piece]:
        """All rows of these columns, each in one piece."""
        ...


def sketched(source: Sampled, findings: Mapping[Place, Finding], progress: Progress) -> dict[Place, Sketch]:
    """A sketch of every column of text, and of numbers about persons, that refers to no other."""
    jobs = [
        _Job(table=table, columns=names, piece=piece)
        for table in source.schema.tables.values()
        if (names := [name for name in table.stored if _tells(source.schema, table, name, findings)])
        for piece in source.pieces(table, names)
    ]
    out = {(job.table.name, name): Sketch.empty() for job in jobs for name in job.columns}
    rows: Counter[str] = Counter()
    with ThreadPoolExecutor(source.at_once) as threads:
        done = threads.map(partial(_sketched, seed=new_seed()), jobs)
        for job, (count, sketches) in zip(jobs, done, strict=True):
            for name, sketch in zip(job.columns, sketches, strict=True):
                out[job.table.name, name] = out[job.table.name, name].merged(sketch)
            rows[job.table.name] += count
            progress(job.table.name, rows[job.table.name], job.table.rows)
    return out


@dataclass(frozen=True, kw_only=True)
class _Job:
    """A part of a table's rows that is to be read."""

    table: Table
    columns: Sequence[str]
    piece: Piece


def _sketched(job: _Job, seed: int) -> tuple[int, list[Sketch]]:
    """How many rows there were, and a sketch of each column of theirs."""
    rows, sketches = 0, [Sketch.empty() for _ in job.columns]
    for batch in job.piece():
        rows += batch.num_rows
        more = [hashes(column, seed) for column in batch.columns]
        sketches = [one.with_(found) for one, found in zip(sketches, more, strict=True)]
    return rows, sketches


def _tells(schema: Schema, table: Table, name: str, findings: Mapping[Place, Finding]) -> bool:
    if schema.root(table.name, name) != (table.name, name):
        return False  # masked as what it refers to: neither an original nor a copy
    base = table.columns[name].base
    return base in TEXT or (base in NUMBERS and findings[table.name, name].personal)
