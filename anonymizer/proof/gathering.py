"""One pass over either server: every place that is compared or searched becomes fingerprints. Judges nothing.

Values are in memory for as long as their fingerprints take, and are in no message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anonymizer.copying.overlap import worked
from anonymizer.proof import identities
from anonymizer.proof.characters import Bytes, Places, Words
from anonymizer.proof.distances import Ruler
from anonymizer.proof.distinct import Distinct
from anonymizer.proof.fingerprints import Seed, lowered
from anonymizer.proof.partitions import Partitions, Records
from anonymizer.proof.places import UNIT, Place
from anonymizer.proof.scanning import Scan, Wanted, described, examined, kinds, no_leads, scan
from anonymizer.proof.sheets import Sheet, Side


@dataclass
class Tally:
    """What was counted on one side of a table."""

    rows: int = 0
    values: dict[str, int] = field(default_factory=dict)
    distinct: dict[str, Distinct] = field(default_factory=dict)
    trials: dict[str, dict[int, int]] = field(default_factory=dict)
    counts: dict[str, Places] = field(default_factory=dict)  # of facts, by cell


@dataclass
class Originals:
    """What the source's places hold: how many records of each kind, and which kinds identify somebody.

    `leads`: with which digits its numbers begin, as `described` notes it.
    """

    counts: Places = field(default_factory=lambda: np.zeros(64, np.int64))
    kinds: set[int] = field(default_factory=set)
    leads: Bytes = field(default_factory=no_leads)


@dataclass(frozen=True, kw_only=True)
class _Block:
    rows: int
    keys: Words
    cells: Mapping[str, Records]
    scans: Mapping[str, Scan]
    counts: Mapping[str, Places]


def gather_source(
    source: Side, sheet: Sheet, seed: Seed, ruler: Ruler, found: Originals, into: Partitions
) -> Tally:
    """Reads the source's compared places into streams (table, label, "was"); notes what there was `found`."""
    tally = Tally()

    def taken(rows: pa.RecordBatch) -> _Block:
        block = _described(sheet, rows, seed, ruler, found.leads)
        into.add((sheet.name, "before"), _keys(block))
        for label, cells in block.cells.items():
            into.add((sheet.name, label, "was"), cells)
        return block

    for block in worked(taken, source.rows(sheet, sheet.compared)):
        _count(tally, block)
        for place in sheet.compared:
            counts = np.bincount(kinds(block.cells[place.label].tags).astype(np.int64), minlength=64)
            found.counts += counts
            if place.identifying:
                found.kinds.update(np.flatnonzero(counts).tolist())
    return tally


def gather_target(target: Side, sheet: Sheet, wanted: Wanted, ruler: Ruler, into: Partitions) -> Tally:
    """Reads the target: what may meet the source, into streams (table, label, "cell" or "text")."""
    tally = Tally()

    def taken(rows: pa.RecordBatch) -> _Block:
        block = _scanned(sheet, rows, wanted, ruler)
        into.add((sheet.name, "after"), _keys(block))
        for label, cells in block.cells.items():
            possible = wanted.members.possible(cells.prints, kinds(cells.tags))
            into.add((sheet.name, label, "cell"), cells.only(possible))
        for label, seen in block.scans.items():
            into.add((sheet.name, label, "text"), seen.records)
        return block

    places = {place.label: place for place in (*sheet.searched, *sheet.compared)}
    for block in worked(taken, target.rows(sheet, [*places.values()])):
        _count(tally, block)
        for label, seen in block.scans.items():
            trials = tally.trials.setdefault(label, {})
            for width, count in seen.trials.items():
                trials[width] = trials.get(width, 0) + count
    return tally


def _count(tally: Tally, block: _Block) -> None:
    tally.rows += block.rows
    for label, cells in block.cells.items():
        tally.values[label] = tally.values.get(label, 0) + len(cells)
        tally.distinct.setdefault(label, Distinct()).add(cells.prints)
    for name, counts in block.counts.items():
        tally.counts[name] = tally.counts[name] + counts if name in tally.counts else counts


def _keys(block: _Block) -> Records:
    return Records(prints=block.keys, tags=np.zeros_like(block.keys))


def _described(sheet: Sheet, block: pa.RecordBatch, seed: Seed, ruler: Ruler, leads: Bytes) -> _Block:
    keys = identities.prints(block, sheet.key, seed)
    persons = _persons(sheet, block, keys, seed)
    cells = {place.label: _cells(block, place, persons, seed, leads) for place in sheet.compared}
    return _Block(rows=block.num_rows, keys=keys, cells=cells, scans={}, counts=ruler.counts(block))


def _scanned(sheet: Sheet, block: pa.RecordBatch, wanted: Wanted, ruler: Ruler) -> _Block:
    keys = identities.prints(block, sheet.key, wanted.seed)
    persons = _persons(sheet, block, keys, wanted.seed)
    cells: dict[str, Records] = {}
    scans: dict[str, Scan] = {}
    compared_ = {place.label: place for place in sheet.compared}
    for place in sheet.searched:
        texts = block.column(place.label)
        low = lowered(texts)
        json = _is_json(sheet, place)
        is_compared = compared_.pop(place.label, None) is not None
        if is_compared and not json:
            cells[place.label], scans[place.label] = examined(wanted, texts, low, persons)
            continue
        scans[place.label] = scan(wanted, texts, low, persons, json=json)
        if is_compared:
            cells[place.label] = described(low, persons, wanted.seed)
    for place in compared_.values():
        cells[place.label] = _cells(block, place, persons, wanted.seed)
    return _Block(rows=block.num_rows, keys=keys, cells=cells, scans=scans, counts=ruler.counts(block))


def _cells(
    block: pa.RecordBatch, place: Place, persons: Words, seed: Seed, leads: Bytes | None = None
) -> Records:
    """A place as records; a path may have several values in one document."""
    texts = block.column(place.label)
    if place.path is not None:
        parts = pc.split_pattern(texts.fill_null(""), UNIT)
        texts, persons = pc.list_flatten(parts), persons[pc.list_parent_indices(parts).to_numpy()]
    return described(lowered(texts), persons, seed, leads)


def _is_json(sheet: Sheet, place: Place) -> bool:
    return sheet.table.table.columns[place.label].base in ("json", "jsonb")


def _persons(sheet: Sheet, block: pa.RecordBatch, keys: Words, seed: Seed) -> Words:
    if sheet.person == sheet.key:
        return keys
    persons = identities.prints(block, sheet.person, seed)
    return np.where(persons == 0, keys, persons)


def members(sheets_: Sequence[Sheet], from_: Partitions) -> Iterator[tuple[Words, Words]]:
    """What the source's streams hold, as prints and kinds, partition by partition."""
    streams = [(sheet.name, place.label, "was") for sheet in sheets_ for place in sheet.compared]
    for number in range(from_.count):
        for stream in streams:
            read = from_.read(stream, number)
            yield read.prints, kinds(read.tags)
