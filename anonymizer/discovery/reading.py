"""How discovery reads a database, whatever engine it is; and the sketches of all rows. No value is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import polars as pl
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


class Sampled(Protocol):
    """A source in one read-only snapshot. Every value comes as text."""

    @property
    def schema(self) -> Schema: ...

    def some(self, table: Table) -> Sequence[Sequence[str | None]]:
        """At most `ROWS` rows of the stored columns, always the same ones of the same table.

        Texts are cut to `LONGEST` characters; a document that is longer is left out, as half of one cannot be
        read.
        """
        ...

    def batches(self, table: Table, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """All rows of these columns."""
        ...


def sketched(source: Sampled, findings: Mapping[Place, Finding]) -> dict[Place, Sketch]:
    """A sketch of every column of text, and of numbers about persons."""
    seed = new_seed()
    out: dict[Place, Sketch] = {}
    for table in source.schema.tables.values():
        names = [name for name in table.stored if _tells(table, name, findings)]
        out |= {(table.name, name): Sketch.empty() for name in names}
        for batch in source.batches(table, names) if names else ():
            for name, column in zip(names, batch.columns, strict=True):
                found = hashes(pl.Series(pl.from_arrow(column)), seed)
                out[table.name, name] = out[table.name, name].with_(found)
    return out


def _tells(table: Table, name: str, findings: Mapping[Place, Finding]) -> bool:
    base = table.columns[name].base
    return base in TEXT or (base in NUMBERS and findings[table.name, name].personal)
