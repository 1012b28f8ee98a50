"""One pass over either server: every place that is compared or searched becomes fingerprints. Judges nothing.

Values are in memory for as long as their fingerprints take, and are in no message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anonymizer.copying.overlap import worked
from anonymizer.proof import identities
from anonymizer.proof.characters import Bytes, Flags, Places, Words
from anonymizer.proof.dealing import Pool, pool
from anonymizer.proof.distances import Ruler
from anonymizer.proof.distinct import Distinct
from anonymizer.proof.fingerprints import Seed, lowered, whole
from anonymizer.proof.kernels import WHOLE
from anonymizer.proof.partitions import Partitions, Records, together
from anonymizer.proof.places import UNIT, Place
from anonymizer.proof.scanning import (
    Scan,
    Wanted,
    dealt,
    described,
    examined,
    kinds,
    no_leads,
    row,
    scan,
)
from anonymizer.proof.sheets import Sheet, Side
from anonymizer.transforms.results import Holds

_CROWDS = 1 << 20
# Batches: the server goes on while machine code is loaded, and while a partition is written.
_AHEAD = 16


@dataclass
class Tally:
    """What was counted on one side of a table."""

    rows: int = 0
    values: dict[str, int] = field(default_factory=dict)
    dealt: dict[str, int] = field(default_factory=dict)  # of them, those that a draw could deal
    distinct: dict[str, Distinct] = field(default_factory=dict)
    trials: dict[str, dict[int, int]] = field(default_factory=dict)
    counts: dict[str, Places] = field(default_factory=dict)  # of facts, by cell
    persons: Places | None = None  # rows, by the last bits of whom they are about

    @property
    def crowd(self) -> float:
        """How many rows the person of a row has, on average; shared last bits are taken out."""
        if self.persons is None or not self.rows:
            return 1.0
        return max(1.0, float((self.persons**2).sum()) / self.rows - self.rows / _CROWDS)


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
    """`exact`: cells as they are written, where that is compared; `rows_of`: cells by their rows, where
    several rows are about a person; `proved`: what was found in mere results.
    """

    rows: int
    keys: Words
    persons: Words | None
    cells: Mapping[str, Records]
    scans: Mapping[str, Scan]
    exact: Mapping[str, Records]
    rows_of: Mapping[str, Records]
    proved: Mapping[str, Records]
    counts: Mapping[str, Places]


@dataclass(frozen=True, kw_only=True)
class _Watched:
    """A place, and what its transform can rightly leave there."""

    place: Place
    holds: Holds
    pool: Pool | None


def _watched(sheet: Sheet, place: Place, seed: Seed) -> _Watched:
    left = sheet.left[place.label]
    return _Watched(place=place, holds=left, pool=pool(left.words(), seed) if left.words else None)


def gather_source(
    source: Side, sheet: Sheet, seed: Seed, ruler: Ruler, found: Originals, into: Partitions
) -> Tally:
    """Reads the source's compared places into streams (table, label, "was"); notes what there was `found`."""
    tally = Tally()

    def taken(rows: pa.RecordBatch) -> _Block:
        block = _described(sheet, watched.result(), rows, seed, ruler, found.leads)
        into.add((sheet.name, "before"), _keys(block))
        for label, cells in block.cells.items():
            into.add((sheet.name, label, "was"), cells)
        for label, cells in block.exact.items():
            into.add((sheet.name, label, "was exactly"), cells)
        for label, cells in block.rows_of.items():
            into.add((sheet.name, label, "was row"), cells)
        return block

    with ThreadPoolExecutor(1) as aside:  # the first rows are on their way while pools are read
        watched = aside.submit(lambda: [_watched(sheet, place, seed) for place in sheet.compared])
        for block in worked(taken, source.rows(sheet, sheet.compared), _AHEAD):
            _count(tally, block)
            for place in sheet.compared:
                counts = np.bincount(kinds(block.cells[place.label].tags).astype(np.int64), minlength=64)
                found.counts += counts
                if place.identifying:
                    found.kinds.update(np.flatnonzero(counts).tolist())
    return tally


def gather_target(target: Side, sheet: Sheet, wanted: Wanted, ruler: Ruler, into: Partitions) -> Tally:
    """Reads the target: what may meet the source, into streams (table, label, "cell" or "text").

    What is found in values that are a transform's results and nothing else tells of nobody but who is in its
    pool: stream "proved".
    """
    tally = Tally()

    def taken(rows: pa.RecordBatch) -> _Block:
        block = _scanned(sheet, rows, wanted, ruler)
        into.add((sheet.name, "after"), _keys(block))
        for label, cells in block.cells.items():
            possible = wanted.members.possible(cells.prints, kinds(cells.tags))
            into.add((sheet.name, label, "cell"), cells.only(possible))
        for label, seen in block.scans.items():
            into.add((sheet.name, label, "text"), seen.records)
        for label, records in block.exact.items():
            into.add((sheet.name, label, "cell exactly"), records)
        for label, records in block.rows_of.items():
            into.add((sheet.name, label, "cell row"), records)
        for label, records in block.proved.items():
            into.add((sheet.name, label, "proved"), records)
        return block

    places = {place.label: place for place in (*sheet.searched, *sheet.compared)}
    for block in worked(taken, target.rows(sheet, [*places.values()]), _AHEAD):
        _count(tally, block)
        count_trials(tally, block.scans)
    return tally


def count_trials(tally: Tally, scans: Mapping[str, Scan]) -> None:
    """Adds how many windows were looked at."""
    for label, seen in scans.items():
        trials = tally.trials.setdefault(label, {})
        for width, count in seen.trials.items():
            trials[width] = trials.get(width, 0) + count


_PERSON = np.uint64(8)  # a tag's own bits, and one more


def _count(tally: Tally, block: _Block) -> None:
    tally.rows += block.rows
    if block.persons is not None:
        last = (block.persons >> _PERSON).astype(np.int64) & (_CROWDS - 1)
        there = np.bincount(last[block.persons != 0], minlength=_CROWDS)
        tally.persons = there if tally.persons is None else tally.persons + there
    for label, cells in block.cells.items():
        tally.values[label] = tally.values.get(label, 0) + len(cells)
        tally.dealt[label] = tally.dealt.get(label, 0) + int(np.count_nonzero(dealt(cells.tags)))
        tally.distinct.setdefault(label, Distinct()).add(cells.prints)
    for name, counts in block.counts.items():
        tally.counts[name] = tally.counts[name] + counts if name in tally.counts else counts


def _keys(block: _Block) -> Records:
    return Records(prints=block.keys, tags=np.zeros_like(block.keys))


def _described(
    sheet: Sheet, watched: Sequence[_Watched], block: pa.RecordBatch, seed: Seed, ruler: Ruler, leads: Bytes
) -> _Block:
    keys = identities.prints(block, sheet.key, seed)
    persons = _persons(sheet, block, keys, seed)
    cells: dict[str, Records] = {}
    exact: dict[str, Records] = {}
    rows_of: dict[str, Records] = {}
    for one in watched:
        label = one.place.label
        texts, at = _changing(*_values(block, one.place), one.holds)
        low = lowered(texts)
        cells[label] = _was(one, low, persons[at], seed, leads)
        if one.holds.exact:
            exact[label] = _exactly(low, persons[at], seed)
        if by_rows(sheet, one.holds):
            rows_of[label] = _as_written(one.holds, low, keys[at], seed)
    return _Block(
        rows=block.num_rows, keys=keys, persons=None, cells=cells, scans={}, exact=exact, rows_of=rows_of,
        proved={}, counts=ruler.counts(block),
    )  # fmt: skip


def by_rows(sheet: Sheet, left: Holds) -> bool:
    """Whether a value must not stay in its row, but may come to stand in another of its person."""
    return sheet.key is not None and sheet.person != sheet.key and left.chance == 0


def _as_written(left: Holds, low: pa.Array, rows: Words, seed: Seed) -> Records:
    return _exactly(low, rows, seed) if left.exact else described(low, rows, seed)


def _changing(texts: pa.Array, at: Places, left: Holds) -> tuple[pa.Array, Places]:
    """The values in which there is something to change: only those are kept or not."""
    if left.stays is None:
        return texts, at
    changes = ~left.stays(texts.cast(pa.string()))
    return (texts, at) if changes.all() else (texts.filter(pa.array(changes)), at[changes])


def _was(one: _Watched, low: pa.Array, rows: Words, seed: Seed, leads: Bytes) -> Records:
    """What stood there, noted as such where a draw could deal it out."""
    if one.holds.chance is None or one.holds.chance == 0:
        return described(low, rows, seed, leads)
    possible = np.ones(len(low), bool) if one.pool is None else one.pool.deals(low)
    return described(low, rows, seed, leads, possible)


def _exactly(low: pa.Array, rows: Words, seed: Seed) -> Records:
    """Cells as they are written, but for case."""
    says = pc.not_equal(low, "").to_numpy(zero_copy_only=False)
    return Records(prints=whole(low, seed)[says], tags=row(rows[says]) | np.uint64(WHOLE))


def _scanned(sheet: Sheet, block: pa.RecordBatch, wanted: Wanted, ruler: Ruler) -> _Block:
    left = sheet.left
    keys = identities.prints(block, sheet.key, wanted.seed)
    persons = _persons(sheet, block, keys, wanted.seed)
    cells: dict[str, Records] = {}
    scans: dict[str, Scan] = {}
    proved: dict[str, Records] = {}
    compared_ = {place.label: place for place in sheet.compared}
    for place in sheet.searched:
        texts = block.column(place.label)
        free = _free(texts, left[place.label], place)
        json = place.path is None and is_json(sheet, place)
        mixed_ = free is not None and not free.all()
        if place.path is None and place.label in compared_ and not json and not mixed_:
            compared_.pop(place.label)
            cells[place.label], seen = examined(wanted, texts, lowered(texts), persons)
            scans[place.label] = seen if free is None else Scan(records=together([]), trials=seen.trials)
            if free is not None and left[place.label].word:
                proved[place.label] = seen.records
            continue
        others = texts if free is None else texts.filter(pa.array(~free))
        rows = persons if free is None else persons[~free]
        scans[place.label] = scan(wanted, others, lowered(others), rows, json=json)
        # Its document is searched, too; and a pool's names are those of the place's own population.
        if free is not None and (place.path is not None or left[place.label].word):
            there = texts.filter(pa.array(free))
            proved[place.label] = scan(wanted, there, lowered(there), persons[free]).records
    for place in compared_.values():
        low, at = _cells(block, place)
        cells[place.label] = described(low, persons[at], wanted.seed)
    exact: dict[str, Records] = {}
    rows_of: dict[str, Records] = {}
    for place in sheet.compared:
        kept = left[place.label]
        if kept.exact or by_rows(sheet, kept):
            low, at = _cells(block, place)
            if kept.exact:
                exact[place.label] = _exactly(low, persons[at], wanted.seed)
            if by_rows(sheet, kept):
                rows_of[place.label] = _as_written(kept, low, keys[at], wanted.seed)
    return _Block(
        rows=block.num_rows, keys=keys, persons=None if sheet.person == sheet.key else persons, cells=cells,
        scans=scans, exact=exact, rows_of=rows_of, proved=proved, counts=ruler.counts(block),
    )  # fmt: skip


def _free(texts: pa.Array, left: Holds, place: Place) -> Flags | None:
    """Which texts consist of a frozen pool's values alone, and are proved free of the source by that."""
    if left.made is None:
        return None
    if place.path is None:
        found = left.made(texts)
    else:
        parts = pc.split_pattern(texts.fill_null(""), UNIT)
        owners = pc.list_parent_indices(parts).to_numpy()
        wrong = owners[~left.made(pc.list_flatten(parts))]
        found = np.bincount(wrong, minlength=len(texts)) == 0
    return found if found.any() else None


def _cells(block: pa.RecordBatch, place: Place) -> tuple[pa.Array, Places]:
    """A place's lowered cells, and the row of each."""
    texts, at = _values(block, place)
    return lowered(texts), at


def _values(block: pa.RecordBatch, place: Place) -> tuple[pa.Array, Places]:
    """A place's texts, and the row of each; a path may have several values in one document."""
    texts = block.column(place.label)
    if place.path is None:
        return texts, np.arange(len(texts))
    parts = pc.split_pattern(texts.fill_null(""), UNIT)
    return pc.list_flatten(parts), pc.list_parent_indices(parts).to_numpy()


def is_json(sheet: Sheet, place: Place) -> bool:
    """Whether a place holds documents, in which a line's end is two characters."""
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
