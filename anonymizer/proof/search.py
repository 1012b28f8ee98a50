"""Compares a target with its source and searches it: both are read once, then judged part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from anonymizer.copying.overlap import ahead, worked
from anonymizer.proof import objects
from anonymizer.proof.beyond import gather_beyond
from anonymizer.proof.comparison import Comparison, among
from anonymizer.proof.distances import Counts, Ruler
from anonymizer.proof.fingerprints import Seed
from anonymizer.proof.gathering import Originals, Tally, gather_source, gather_target, members
from anonymizer.proof.judgements import comparison, sightings
from anonymizer.proof.kernels import WHOLE
from anonymizer.proof.meetings import Meetings
from anonymizer.proof.membership import membership
from anonymizer.proof.partitions import Partitions
from anonymizer.proof.scanning import Wanted
from anonymizer.proof.sheets import Sheet, Side
from anonymizer.proof.sightings import Sighting
from anonymizer.transforms import JSON

_RECORDS = 1 << 19  # in a partition, about
_MOST_BITS = 8


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What both sides together tell; `faults` are rows and keys that do not agree.

    `absent`: paths of documents at which none has anything to mask, where what is not named is kept;
    `counted`: how many of each side's values are in each cell of the rulers, by table.
    """

    comparisons: tuple[Comparison, ...]
    sightings: tuple[Sighting, ...]
    faults: tuple[str, ...]
    absent: tuple[str, ...]
    counted: Mapping[str, tuple[Counts, Counts]]


def search(
    source: Side, target: Side, tables: Sequence[Sheet], catalogue: Mapping[str, Sequence[str]], *,
    of_a_part: bool, rulers: Mapping[str, Ruler] | None = None, beyond: Sequence[Sheet] = (),
) -> Findings:  # fmt: skip
    """Compares every masked or identifying place, and looks for identifying values in all texts.

    `catalogue` is the target's texts that are no rows, by place; `beyond`: what the target has beyond the
    copy; of a part rows may be missing. Both sides are read once: what the `rulers` measure is counted on
    the way, by table.
    """
    seed = Seed.new()
    measuring = {sheet.name: Ruler(facts=(), bounds={}, seed=seed) for sheet in tables} | {**(rulers or {})}
    with Partitions(_bits(tables)) as stored:
        before: dict[str, Tally] = {}
        found = Originals()
        for sheet in tables:
            ruler = measuring[sheet.name]
            before[sheet.name] = gather_source(source, sheet, seed, ruler, found, stored)
        with closing(ahead(members(tables, stored))) as read:
            filter_ = membership(found.counts, read)
        wanted = Wanted(kinds=frozenset(found.kinds) - {WHOLE}, members=filter_, seed=seed, leads=found.leads)
        after = {
            sheet.name: gather_target(target, sheet, wanted, measuring[sheet.name], stored)
            for sheet in tables
        }
        others = {sheet.name: gather_beyond(target, sheet, wanted, stored) for sheet in beyond}
        there = objects.gathered(catalogue, wanted, stored)
        seen = Meetings(stored, tables, there.places, beyond)
        return Findings(
            comparisons=tuple(
                comparison(sheet, place, before[sheet.name], after[sheet.name], seen)
                for sheet in tables
                for place in sheet.compared
            ),
            sightings=tuple(sightings(tables, before, after, others, there, seen)),
            faults=tuple(
                fault
                for sheet in tables
                for fault in _missing(
                    sheet, before[sheet.name], after[sheet.name], stored, of_a_part=of_a_part
                )
            ),
            absent=tuple(place for sheet in tables for place in _absent(sheet, before[sheet.name])),
            counted={name: (tally.counts, after[name].counts) for name, tally in before.items()},
        )


def _bits(tables: Sequence[Sheet]) -> int:
    expected = sum(sheet.table.table.rows * len(sheet.compared) for sheet in tables)
    return min(max(1, (expected // _RECORDS).bit_length()), _MOST_BITS)


def _missing(
    sheet: Sheet, before: Tally, after: Tally, stored: Partitions, *, of_a_part: bool
) -> Iterator[str]:
    """Rows that one side has and the other has not; of a part the target may have fewer."""
    if after.rows > before.rows or (after.rows < before.rows and not of_a_part):
        yield f"{sheet.name}: {before.rows} rows in the source, {after.rows} in the target"
    if sheet.key is None:
        return
    sides = ("after", "before") if of_a_part else ("before", "after")
    lost = sum(_without(stored, (sheet.name, sides[0]), (sheet.name, sides[1])))
    if lost:
        where = "target are not in the source" if of_a_part else "source are not in the target"
        yield f"{sheet.name}: {lost} keys of the {where}"


def _absent(sheet: Sheet, before: Tally) -> Iterator[str]:
    """Paths that may be misspelled: nothing stands there, and what does stand in the documents is kept."""
    for place in sheet.compared:
        whole = sheet.table.rules[place.column]
        kept = place.path is not None and whole.transform == JSON and whole.others == "keep"
        if kept and before.rows and not before.values.get(place.label):
            yield f"{sheet.name}.{place.label}"


def _without(stored: Partitions, these: tuple[str, str], those: tuple[str, str]) -> Iterator[int]:
    """How many of these are not among those, part by part."""

    def without(number: int) -> int:
        there = np.sort(stored.read(those, number).prints)
        return int((~among(stored.read(these, number).prints, there)).sum())

    return worked(without, iter(range(stored.count)))
