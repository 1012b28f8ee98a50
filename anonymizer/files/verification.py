"""The check after files were masked: the search that every engine has, over source and output read again.

Shares nothing with the transforms. The catalogue of a file is the names of its columns, which the policy has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from anonymizer.files.content import Progress
from anonymizer.files.moved import Moved, both_sides
from anonymizer.files.side import FileSide, Opening, entity, sheets_of, texts
from anonymizer.policies.plan import Plan
from anonymizer.proof.search import search
from anonymizer.proof.sheets import Sheet
from anonymizer.proof.verification import Verification, judged
from anonymizer.pseudonyms import keys
from foundation.files import disk_errors


@dataclass(frozen=True, kw_only=True)
class Files:
    """What is compared, by table. `places`: of outputs in another order, where the source has each row."""

    originals: Mapping[str, Opening]
    outputs: Mapping[str, Opening]
    rows: Mapping[str, int]
    places: Mapping[str, Path] = field(default_factory=dict)


def verify(plan: Plan, files: Files, progress: Progress) -> Verification:
    """Compares every masked or identifying place and searches all texts."""
    sheets = sheets_of(plan, files.rows)
    key = keys.ephemeral()
    moved: dict[str, tuple[Moved, Moved]] = {}
    for sheet in sheets:
        if (places := files.places.get(sheet.name)) is not None:
            with disk_errors(places):
                moved[sheet.name] = both_sides(places, _persons(sheet, files.originals[sheet.name]), key)
    before, after = (
        FileSide(
            files=those, originals=files.originals, role=role, progress=progress,
            moved={name: sides[number] for name, sides in moved.items()},
        )
        for number, (role, those) in enumerate([("source", files.originals), ("output", files.outputs)])
    )  # fmt: skip
    found = search(before, after, sheets, {}, of_a_part=False)
    return judged(found, _full(plan, files.outputs))


def _persons(sheet: Sheet, opening: Opening) -> Iterator[pa.Array]:
    column = entity(sheet)
    if column is not None:
        with opening() as source:
            for block in source.blocks([column]):
                yield texts(block.rows.column(column).combine_chunks())


def _full(plan: Plan, outputs: Mapping[str, Opening]) -> Iterator[str]:
    for table in plan.empties:
        with outputs[table.name]() as output:
            if any(block.rows.num_rows for block in output.blocks()):
                yield f"{table.name}: is not empty"
