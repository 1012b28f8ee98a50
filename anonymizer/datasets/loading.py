"""Loads a dataset into a migrated database, shows that it holds what was signed, and leaves the receipt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from anonymizer.audit.gathering import digests
from anonymizer.datasets.manifest import Manifest, Part
from anonymizer.datasets.packing import unpacked
from anonymizer.policies.schema import Table, read_schema
from anonymizer.postgres.connections import session, translated
from anonymizer.postgres.copying import Progress
from anonymizer.postgres.loading import bulk, copy_in, settle
from anonymizer.postgres.occupying import alone, make_room
from foundation.errors import InputError, Problem, Refused
from foundation.receipts import now, store

if TYPE_CHECKING:
    import pyrage

_BLOCK = 2 << 20


def load(
    dataset: Path,
    target: str,
    opener: pyrage.x25519.Identity,
    signer: Ed25519PublicKey,
    *,
    progress: Progress,
    replace_rows: bool = False,
) -> Manifest:
    """Fills the migrated target (a DSN) with the dataset; its receipt then says what was published.

    Raises InputError: not for this identity, no dataset, the schemas differ; Refused: not signed by
    `signer`, or the target is not empty; Unavailable.
    """
    with (
        unpacked(dataset, opener, signer) as (manifest, folder),
        session(target, "target") as writer,
        alone(writer),
    ):
        tables = _tables(writer, manifest)
        published = manifest.receipt
        with writer.transaction():
            incomplete = replace(published, complete=False)
            make_room(writer, list(tables.values()), incomplete, replace_rows=replace_rows)
        with bulk(writer, [table.identifier for table in tables.values()]):
            for part in manifest.parts:
                _fill(writer, tables[part.table], part, folder, progress)
        _compare(target, manifest)
        store(writer, replace(published, finished=now(), complete=True))
        return manifest


def _tables(writer: psycopg.Connection, manifest: Manifest) -> dict[str, Table]:
    """The target's tables in the dataset's order. Raises InputError with all that it lacks."""
    there = read_schema(writer).tables
    problems = [
        Problem(what=what, where=part.table)
        for part in manifest.parts
        for what in _misfits(part, there.get(part.table))
    ]
    if problems:
        hint = "bring the target to the schema of the published source"
        raise InputError("the dataset does not fit the target", problems=problems, hint=hint)
    return {part.table: there[part.table] for part in manifest.parts}


def _misfits(part: Part, table: Table | None) -> Iterator[str]:
    if table is None:
        yield "the target has no such table"
        return
    yield from (f"the target has no column {name}" for name in part.columns if name not in table.stored)
    yield from (f"the dataset has no column {name}" for name in table.stored if name not in part.columns)


def _fill(writer: psycopg.Connection, table: Table, part: Part, folder: Path, progress: Progress) -> None:
    with translated(f"target, {table.name}"):
        rows = copy_in(writer, table.identifier, part.columns, _content(folder / part.file))
        settle(writer, table.identifier)
    progress(table.name, rows, part.rows)


def _content(file: Path) -> Iterator[bytes]:
    with pa.input_stream(str(file), compression="zstd") as stream:
        while block := stream.read(_BLOCK):
            yield block


def _compare(target: str, manifest: Manifest) -> None:
    found = digests(target, {part.table: None for part in manifest.parts})
    wrong = [part.table for part in manifest.parts if found.get(part.table) != (part.rows, part.digest)]
    if wrong:
        hint = "look for triggers and defaults that change rows; the target stays marked incomplete"
        raise Refused(f"the target holds other rows than the dataset: {', '.join(wrong)}", hint=hint)
