"""Loads a dataset into a migrated database, shows that it holds what was signed, and leaves the receipt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from anonymizer.audit.gathering import digests
from anonymizer.copying.how import Progress
from anonymizer.datasets.manifest import Manifest, Part
from anonymizer.datasets.packing import unpacked
from anonymizer.engines import engine, filling
from anonymizer.policies.schema import Schema, Table
from foundation.errors import InputError, Problem, Refused
from foundation.receipts import now

if TYPE_CHECKING:
    import pyrage


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
    with unpacked(dataset, opener, signer) as (manifest, folder), filling(target) as there:
        _refuse_other_engine(manifest, target, str(dataset))
        tables = _tables(there.schema, manifest)
        published = manifest.receipt
        there.make_room(list(tables.values()), replace(published, complete=False), replace_rows=replace_rows)
        files = [(tables[part.table], part.columns, folder / part.file) for part in manifest.parts]
        there.fill(files, progress)
        _compare(target, manifest)
        there.finish(replace(published, finished=now(), complete=True))
        return manifest


def _refuse_other_engine(manifest: Manifest, target: str, where: str) -> None:
    if manifest.engine != engine(target):
        what = f"was published from a database of another engine ({manifest.engine})"
        raise InputError(what, where=where, hint="load it into that engine, or publish it from this one")


def _tables(schema: Schema, manifest: Manifest) -> dict[str, Table]:
    """The target's tables in the dataset's order. Raises InputError with all that it lacks."""
    there = schema.tables
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


def _compare(target: str, manifest: Manifest) -> None:
    found = digests(target, {part.table: None for part in manifest.parts})
    wrong = [part.table for part in manifest.parts if found.get(part.table) != (part.rows, part.digest)]
    if wrong:
        hint = "look for triggers and defaults that change rows; the target stays marked incomplete"
        raise Refused(f"the target holds other rows than the dataset: {', '.join(wrong)}", hint=hint)
