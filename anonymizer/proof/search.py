"""Compares a target with its source and searches it: both are read once, then judged part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from anonymizer.copying.overlap import ahead, worked
from anonymizer.proof.comparison import (
    Comparison,
    Draws,
    Meeting,
    among,
    different,
    likely,
    meet,
    met_by_chance,
    repeated,
)
from anonymizer.proof.distances import Counts, Ruler
from anonymizer.proof.fingerprints import Seed, lowered
from anonymizer.proof.gathering import Originals, Tally, gather_source, gather_target, members
from anonymizer.proof.kernels import WHOLE
from anonymizer.proof.membership import membership
from anonymizer.proof.partitions import Partitions, Records, together
from anonymizer.proof.places import Place
from anonymizer.proof.scanning import Wanted, is_number, kinds, one_word, scan
from anonymizer.proof.sheets import Sheet, Side
from anonymizer.proof.sightings import MADE_OF, WITHIN, Sighting, filled, numbers_by_chance, population

_RECORDS = 1 << 19  # in a partition, about
_MOST_BITS = 8
_CATALOGUE = ""  # no table is called so


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What both sides together tell; `faults` are rows and keys that do not agree.

    `counted`: how many of each side's values are in each cell of the rulers, by table.
    """

    comparisons: tuple[Comparison, ...]
    sightings: tuple[Sighting, ...]
    faults: tuple[str, ...]
    counted: Mapping[str, tuple[Counts, Counts]]


def search(
    source: Side, target: Side, tables: Sequence[Sheet], catalogue: Mapping[str, Sequence[str]], *,
    of_a_part: bool, rulers: Mapping[str, Ruler] | None = None,
) -> Findings:  # fmt: skip
    """Compares every masked or identifying place, and looks for identifying values in all texts.

    `catalogue` is the target's texts that are no rows, by place; of a part rows may be missing. Both sides
    are read once: what the `rulers` measure is counted on the way, by table.
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
        trials = _catalogue(catalogue, wanted, stored)
        seen = _Seen(stored, tables)
        return Findings(
            comparisons=tuple(
                _comparison(sheet, place, before[sheet.name], after[sheet.name], seen)
                for sheet in tables
                for place in sheet.compared
            ),
            sightings=tuple(_sightings(tables, after, trials, seen)),
            faults=tuple(
                fault
                for sheet in tables
                for fault in _missing(
                    sheet, before[sheet.name], after[sheet.name], stored, of_a_part=of_a_part
                )
            ),
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


def _without(stored: Partitions, these: tuple[str, str], those: tuple[str, str]) -> Iterator[int]:
    """How many of these are not among those, part by part."""

    def without(number: int) -> int:
        there = np.sort(stored.read(those, number).prints)
        return int((~among(stored.read(these, number).prints, there)).sum())

    return worked(without, iter(range(stored.count)))


@dataclass(frozen=True, kw_only=True)
class _Spot:
    """Originals of one population in one searched place."""

    meeting: Meeting = field(default_factory=Meeting)
    found: int = 0  # different originals, those that tell nothing there left out

    def __add__(self, other: _Spot) -> _Spot:
        return _Spot(meeting=self.meeting + other.meeting, found=self.found + other.found)


class _Seen:
    """All meetings, summed over the partitions."""

    def __init__(self, stored: Partitions, tables: Sequence[Sheet]) -> None:
        self._stored = stored
        self.populations = _populations(tables)
        self.places: dict[tuple[str, str], Meeting] = {}
        self._numbers: dict[str, dict[int, int]] = {}
        self.spots: dict[tuple[str, str, str], _Spot] = {}
        self._explained = {
            (sheet.name, place.label): explained(place) for sheet in tables for place in sheet.searched
        }
        texts = stored.streams("text")
        parts = worked(lambda number: self._part(tables, texts, number), iter(range(stored.count)))
        for places, spots in parts:
            for at, met in places.items():
                self.places[at] = self.places.get(at, Meeting()) + met
            for spot, seen in spots.items():
                self.spots[spot] = self.spots.get(spot, _Spot()) + seen

    def _part(
        self, tables: Sequence[Sheet], texts: Sequence[tuple[str, str]], number: int
    ) -> tuple[dict[tuple[str, str], Meeting], dict[tuple[str, str, str], _Spot]]:
        """What meets in one partition."""
        places = [(sheet.name, place.label) for sheet in tables for place in sheet.compared]
        return {at: self._met(at, number) for at in places}, dict(self._spots(texts, number))

    def _met(self, at: tuple[str, str], number: int) -> Meeting:
        return meet(self._stored.read((*at, "was"), number), self._stored.read((*at, "cell"), number))

    def _spots(
        self, texts: Sequence[tuple[str, str]], number: int
    ) -> Iterator[tuple[tuple[str, str, str], _Spot]]:
        read = {at: self._stored.read((*at, "text"), number) for at in texts}
        all_ = together([*read.values()]).prints
        for name in self.populations:
            there = self.originals(name, number)
            there = there.only(likely(there.prints, all_))
            sorted_ = np.sort(there.prints)
            for at, records in read.items():
                met = records.only(among(records.prints, sorted_))
                if len(met):
                    yield (*at, name), self._spot(at, there, met)

    def _spot(self, at: tuple[str, str], originals: Records, met: Records) -> _Spot:
        # A pool's surname or street is no company's name: one word tells nothing there.
        telling = met.only(~one_word(met.tags)) if self._explained.get(at) else met
        return _Spot(meeting=meet(originals, met), found=len(different(telling.prints)))

    def originals(self, name: str, number: int) -> Records:
        """A population's originals that are looked for within texts."""
        read = together([self._stored.read((*stream, "was"), number) for stream in self.populations[name]])
        return read.only(kinds(read.tags) != WHOLE)

    def persons(self, *streams: tuple[str, str]) -> float:
        """How many different (value, person) there are, judged by one part of the values."""
        count = sum(self._stored.size((*stream, "was")) for stream in streams)
        part = together([self._stored.read((*stream, "was"), 0) for stream in streams])
        return count / repeated(part)

    def crowded(self, stream: tuple[str, str], count: float) -> float:
        """How much of all numbers of their lengths a place's different values are, judged by one part.

        Short texts and numbers count as all that there are.
        """
        found = kinds(self._stored.read((*stream, "was"), 0).tags)
        widths, counts = np.unique(found, return_counts=True)
        shares = [filled(int(width), count) for width in widths]
        return float(np.average(shares, weights=counts)) if len(found) else 1.0

    def numbers(self, name: str) -> dict[int, int]:
        """A population's different numbers by their width."""
        if name not in self._numbers:
            self._numbers[name] = self._counted(name)
        return self._numbers[name]

    def _counted(self, name: str) -> dict[int, int]:
        counts: dict[int, int] = {}
        for number in range(self._stored.count):
            there = self.originals(name, number)
            there = there.only(is_number(there.tags))
            widths = kinds(there.tags)
            for width in np.unique(widths).tolist():
                found = len(different(there.prints[widths == width]))
                counts[width] = counts.get(width, 0) + found
        return counts


def _populations(tables: Sequence[Sheet]) -> dict[str, list[tuple[str, str]]]:
    streams: dict[str, list[tuple[str, str]]] = {}
    for sheet in tables:
        for place in sheet.compared:
            if place.identifying:
                streams.setdefault(population(place.rule.transform), []).append((sheet.name, place.label))
    return streams


def explained(place: Place) -> frozenset[str]:
    """The populations from which the transforms of a column draw, or of whose members they make up names."""
    inner = place.rule.paths.values() if place.rule.paths else [place.rule]
    masked = [one.transform for one in inner if one.masks]
    return frozenset([*map(population, masked), *(MADE_OF[name] for name in masked if name in MADE_OF)])


def _comparison(sheet: Sheet, place: Place, before: Tally, after: Tally, seen: _Seen) -> Comparison:
    meeting = seen.places[sheet.name, place.label]
    values = before.values.get(place.label, 0)
    at = (sheet.name, place.label)
    draws = _draws(place, seen.persons(at), after)
    different_ = before.distinct[place.label].count if place.label in before.distinct else 0.0
    matched = sheet.key is not None
    return Comparison(
        place=f"{sheet.name}.{place.label}",
        identifying=place.identifying,
        judged=place.identifying or (place.rule.class_ == "common" and place.rule.masks),
        values=values,
        survivors=meeting.own_rows if matched else meeting.rows,
        pairs=draws.kept(meeting) if matched else meeting.rows,
        matched=matched,
        by_chance=draws.expected(meeting, common=place.rule.class_ == "common") if matched else 0.0,
        coincidences=meeting.rows,
        originals=min(1.0, meeting.values / draws.distinct) if draws.distinct else 0.0,
        originals_by_chance=met_by_chance(draws.persons, different_, seen.crowded(at, different_)),
    )


def _draws(place: Place, persons: float, after: Tally) -> Draws:
    counted = after.distinct.get(place.label)
    inner = [*place.rule.paths.values()] or [place.rule]
    return Draws(
        per_person=any(rule.entity is not None for rule in inner),
        persons=persons,
        distinct=counted.count if counted else 0.0,
        within=min((WITHIN[rule.transform] for rule in inner if rule.transform in WITHIN), default=None),
    )


def _sightings(
    tables: Sequence[Sheet],
    after: Mapping[str, Tally],
    catalogue: Mapping[str, Mapping[int, int]],
    seen: _Seen,
) -> Iterator[Sighting]:
    places = {(sheet.name, place.label): place for sheet in tables for place in sheet.searched}
    # Statistics hold values of their column.
    explaining = {f"{table}.{label}": place for (table, label), place in places.items()}
    for (table, label, name), spot in sorted(seen.spots.items(), key=_order):
        if table == _CATALOGUE:
            column = explaining.get(label.removesuffix(" (statistics)"))
            if column is None or name not in explained(column):
                yield _unexplained(label, name, spot, catalogue[label], seen)
        elif name in explained(places[table, label]):
            draws = _draws(places[table, label], seen.persons(*seen.populations[name]), after[table])
            if kept := draws.kept(spot.meeting):
                yield Sighting(
                    place=f"{table}.{label}", population=name, same_row=True, found=kept,
                    by_chance=draws.expected(spot.meeting),
                )  # fmt: skip
        elif spot.found:
            yield _unexplained(f"{table}.{label}", name, spot, after[table].trials.get(label, {}), seen)


def _order(spot: tuple[tuple[str, str, str], _Spot]) -> tuple[bool, tuple[str, str, str]]:
    """Tables by name, then the catalogue."""
    return spot[0][0] == _CATALOGUE, spot[0]


def _unexplained(place: str, name: str, spot: _Spot, trials: Mapping[int, int], seen: _Seen) -> Sighting:
    return Sighting(
        place=place, population=name, same_row=False, found=spot.found,
        by_chance=numbers_by_chance(trials, seen.numbers(name)) if trials else 0.0,
    )  # fmt: skip


def _catalogue(
    catalogue: Mapping[str, Sequence[str]], wanted: Wanted, into: Partitions
) -> dict[str, Mapping[int, int]]:
    trials: dict[str, Mapping[int, int]] = {}
    for kind, texts in catalogue.items():
        all_ = pa.array(texts, pa.string())
        seen = scan(wanted, all_, lowered(all_), np.zeros(len(texts), np.uint64))
        into.add((_CATALOGUE, kind, "text"), seen.records)
        trials[kind] = seen.trials
    return trials
