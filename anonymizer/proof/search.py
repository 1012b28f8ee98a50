"""Compares a target with its source and searches it: both are read once, then judged part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from anonymizer.copying.overlap import ahead, worked
from anonymizer.proof.catalogue import NAME
from anonymizer.proof.characters import Flags
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
from anonymizer.proof.dealing import holds, of_rule
from anonymizer.proof.distances import Counts, Ruler
from anonymizer.proof.fingerprints import Seed, lowered, mixed
from anonymizer.proof.gathering import Originals, Tally, by_rows, gather_source, gather_target, members
from anonymizer.proof.kernels import WHOLE
from anonymizer.proof.membership import membership
from anonymizer.proof.partitions import Partitions, Records, together
from anonymizer.proof.places import Place, paths
from anonymizer.proof.scanning import Wanted, is_number, kinds, one_word, row, scan
from anonymizer.proof.sheets import Sheet, Side
from anonymizer.proof.sightings import Sighting, explained_by, filled, numbers_by_chance, population
from anonymizer.transforms.base import Slot

_RECORDS = 1 << 19  # in a partition, about
_MOST_BITS = 8
_CATALOGUE = ""  # no table is called so
_OBJECTS = (_CATALOGUE, "")
_FIRST = np.uint64(7)  # of a tag's bits those that say of which row it is


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
        objects = _catalogue(catalogue, wanted, stored)
        seen = _Seen(stored, tables, objects.places)
        return Findings(
            comparisons=tuple(
                _comparison(sheet, place, before[sheet.name], after[sheet.name], seen)
                for sheet in tables
                for place in sheet.compared
            ),
            sightings=tuple(_sightings(tables, before, after, objects, seen)),
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

    def __init__(self, stored: Partitions, tables: Sequence[Sheet], objects: Sequence[str]) -> None:
        self._stored = stored
        self._objects = objects
        self.populations = _populations(tables)
        self.places: dict[tuple[str, str], Meeting] = {}
        self._numbers: dict[str, dict[int, int]] = {}
        self.spots: dict[tuple[str, str, str], _Spot] = {}
        self.explained = {
            (sheet.name, place.label): frozenset[str]() if [*paths(place)] else explained(place)
            for sheet in tables
            for place in sheet.searched
        }
        # Of documents: the places within them that are judged for themselves.
        self._inside = {
            (sheet.name, place.label): [(sheet.name, inner.label) for inner in paths(place)]
            for sheet in tables
            for place in sheet.searched
        }
        self._by_rows = {
            (sheet.name, place.label)
            for sheet in tables
            for place in sheet.compared
            if by_rows(sheet, holds(place, sheet.table))
        }
        self._exact = {
            (sheet.name, place.label)
            for sheet in tables
            for place in sheet.compared
            if holds(place, sheet.table).exact
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
        how = " exactly" if at in self._exact else ""
        before, after = (self._stored.read((*at, f"{side}{how}"), number) for side in ("was", "cell"))
        met = meet(before, after)
        if at not in self._by_rows:
            return met
        rows = meet(*(self._stored.read((*at, f"{side} row"), number) for side in ("was", "cell")))
        return replace(met, strange_pairs=rows.own_values, strange_values=rows.own_values)

    def _spots(
        self, texts: Sequence[tuple[str, str]], number: int
    ) -> Iterator[tuple[tuple[str, str, str], _Spot]]:
        read = {at: self._stored.read((*at, "text"), number) for at in texts}
        proved = {at: self._stored.read((*at, "proved"), number) for at in texts}
        all_ = together([*read.values(), *proved.values()]).prints
        for name in self.populations:
            there = self.originals(name, number)
            there = there.only(likely(there.prints, all_))
            sorted_ = np.sort(there.prints)
            for at, found in read.items():
                own = name in self.explained.get(at, ()) and len(proved[at])
                records = together([found, proved[at]]) if own else found
                met = records.only(among(records.prints, sorted_))
                if len(met) and self._inside.get(at):
                    met = met.only(~self._inside_of(at, met, number))
                if len(met) and at == _OBJECTS:
                    yield from self._in_objects(name, met)
                elif len(met):
                    yield (*at, name), self._spot(at, there, met)

    def _in_objects(self, name: str, met: Records) -> Iterator[tuple[tuple[str, str, str], _Spot]]:
        """What of a population stands in each object of the catalogue; one word is a name for anything."""
        numbers = (row(met.tags) >> _FIRST).astype(np.int64)
        for number in np.unique(numbers).tolist():
            inside, place = met.only(numbers == number), self._objects[number]
            telling = inside.only(~one_word(inside.tags)) if place.startswith(NAME) else inside
            if len(telling):
                yield (_CATALOGUE, place, name), _Spot(found=len(different(telling.prints)))

    def _inside_of(self, document: tuple[str, str], met: Records, number: int) -> Flags:
        """Which of a document's originals stand at a path of it that is judged for itself."""
        streams = [(*at, kind) for at in self._inside[document] for kind in ("text", "proved")]
        there = together([self._stored.read(stream, number) for stream in streams])
        return among(mixed(met.prints, row(met.tags)), different(mixed(there.prints, row(there.tags))))

    def _spot(self, at: tuple[str, str], originals: Records, met: Records) -> _Spot:
        # A pool's surname or street is no company's name: one word tells nothing there.
        telling = met.only(~one_word(met.tags)) if self.explained.get(at) else met
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
    return frozenset[str]().union(*(explained_by(one.transform) for one in inner if one.masks))


def _comparison(sheet: Sheet, place: Place, before: Tally, after: Tally, seen: _Seen) -> Comparison:
    at = (sheet.name, place.label)
    meeting = seen.places[at]
    left = holds(place, sheet.table)
    draws = _draws(place, left.chance, seen.persons(at), after, _share(before, place))
    different_ = before.distinct[place.label].count if place.label in before.distinct else 0.0
    matched = sheet.key is not None
    by_chance = draws.expected(meeting, common=not place.identifying)
    return Comparison(
        place=f"{sheet.name}.{place.label}",
        identifying=place.identifying,
        judged=place.identifying or (place.rule.masks and left.judged),
        values=before.values.get(place.label, 0),
        survivors=meeting.own_rows if matched else meeting.rows,
        pairs=draws.kept(meeting) if matched else meeting.rows,
        matched=matched,
        by_chance=by_chance if matched else 0.0,
        coincidences=meeting.rows,
        strange=draws.strange(meeting) if matched else 0,
        originals=min(1.0, meeting.values / draws.distinct) if draws.distinct else 0.0,
        originals_by_chance=met_by_chance(draws.persons, different_, seen.crowded(at, different_)),
    )


def _share(tally: Tally, place: Place) -> float:
    """Of the source's values those that a draw could deal out."""
    return tally.dealt.get(place.label, 0) / max(1, tally.values.get(place.label, 0))


def _draws(place: Place, chance: float | None, persons: float, after: Tally, share: float) -> Draws:
    counted = after.distinct.get(place.label)
    inner = [*place.rule.paths.values()] or [place.rule]
    return Draws(
        per_person=any(rule.entity is not None for rule in inner),
        persons=persons,
        distinct=counted.count if counted else 0.0,
        chance=chance,
        dealt=persons * share,
        crowd=after.crowd,
    )


def _sightings(
    tables: Sequence[Sheet],
    before: Mapping[str, Tally],
    after: Mapping[str, Tally],
    objects: _Objects,
    seen: _Seen,
) -> Iterator[Sighting]:
    places = {(sheet.name, place.label): (sheet, place) for sheet in tables for place in sheet.searched}
    # Statistics hold values of their column; those of an index or of several columns, any of the table's.
    explaining: dict[str, frozenset[str]] = {}
    for (table, label), (_, place) in places.items():
        explaining[f"{table}.{label}"] = explained(place)
        explaining[table] = explaining.get(table, frozenset()) | explained(place)
    for (table, label, name), spot in sorted(seen.spots.items(), key=_order):
        if table == _CATALOGUE:
            whose, statistics, _ = label.partition(" (statistics")
            if not statistics or name not in explaining.get(whose, ()):
                yield _unexplained(label, name, spot, objects.trials(label), seen)
        elif name in seen.explained[table, label]:
            sheet, place = places[table, label]
            streams = seen.populations[name]
            persons = seen.persons(*streams)
            draws = _draws(place, _word(sheet, place), persons, after[table], _dealt(before, streams))
            if kept := draws.kept(spot.meeting):
                trials = after[table].trials.get(label, {})
                every = numbers_by_chance(trials, seen.numbers(name))
                met = every * after[table].crowd / max(1.0, persons)
                yield Sighting(
                    place=f"{table}.{label}", population=name, same_row=True, found=kept,
                    by_chance=max(met, draws.expected(spot.meeting)), strange=draws.strange(spot.meeting),
                    numbers=met > 0,
                )  # fmt: skip
        elif spot.found:
            yield _unexplained(f"{table}.{label}", name, spot, after[table].trials.get(label, {}), seen)


def _word(sheet: Sheet, place: Place) -> float | None:
    """How often a result holds a certain word of its pool; None: it has none, or nobody knows."""
    inner = [rule for rule in place.rule.paths.values() if rule.masks]
    each = [of_rule(rule, Slot()) for rule in inner] or [holds(place, sheet.table)]
    words = [one.word for one in each if one.word]
    return max(words) if len(words) == len(each) else None


def _dealt(before: Mapping[str, Tally], streams: Sequence[tuple[str, str]]) -> float:
    """Of a population's values those that a draw could deal out."""
    possible = sum(before[table].dealt.get(label, 0) for table, label in streams)
    return possible / max(1, sum(before[table].values.get(label, 0) for table, label in streams))


def _order(spot: tuple[tuple[str, str, str], _Spot]) -> tuple[bool, tuple[str, str, str]]:
    """Tables by name, then the catalogue."""
    return spot[0][0] == _CATALOGUE, spot[0]


def _unexplained(place: str, name: str, spot: _Spot, trials: Mapping[int, int], seen: _Seen) -> Sighting:
    return Sighting(
        place=place, population=name, same_row=False, found=spot.found,
        by_chance=numbers_by_chance(trials, seen.numbers(name)) if trials else 0.0, numbers=True,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Objects:
    """The catalogue's texts by the object that has them."""

    texts: Mapping[str, Sequence[str]]
    wanted: Wanted

    @property
    def places(self) -> list[str]:
        return [*self.texts]

    def scanned(self) -> Records:
        """What may be originals; a record's row is the object's number."""
        all_ = pa.array([text for texts in self.texts.values() for text in texts], pa.string())
        numbers = np.repeat(np.arange(len(self.texts)), [len(texts) for texts in self.texts.values()])
        return scan(self.wanted, all_, lowered(all_), numbers.astype(np.uint64) << _FIRST).records

    def trials(self, place: str) -> Mapping[int, int]:
        """How many windows of each width were looked at in one of them."""
        texts = pa.array(self.texts[place], pa.string())
        return scan(self.wanted, texts, lowered(texts), np.zeros(len(texts), np.uint64)).trials


def _catalogue(texts: Mapping[str, Sequence[str]], wanted: Wanted, into: Partitions) -> _Objects:
    objects = _Objects(texts=texts, wanted=wanted)
    if any(texts.values()):
        into.add((*_OBJECTS, "text"), objects.scanned())
    return objects
