"""What of the source meets what of the target: every place with itself, every population with every text.

Partition by partition, summed over all of them. Judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from anonymizer.copying.overlap import worked
from anonymizer.proof.catalogue import NAME
from anonymizer.proof.characters import Flags, Words
from anonymizer.proof.comparison import Meeting, among, different, likely, meet, repeated
from anonymizer.proof.fingerprints import mixed
from anonymizer.proof.gathering import by_rows
from anonymizer.proof.kernels import WHOLE
from anonymizer.proof.objects import CATALOGUE, OBJECTS
from anonymizer.proof.objects import numbers as of_objects
from anonymizer.proof.partitions import Partitions, Records, together
from anonymizer.proof.places import Place, paths
from anonymizer.proof.scanning import dealt, is_number, kinds, one_word, row
from anonymizer.proof.sheets import Sheet
from anonymizer.proof.sightings import explained_by, filled, population

# What places of the source held, in one partition.
Was = Mapping[tuple[str, str], Records]


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Originals of one population in one searched place."""

    meeting: Meeting = field(default_factory=Meeting)
    found: int = 0  # different originals, those that tell nothing there left out

    def __add__(self, other: Spot) -> Spot:
        return Spot(meeting=self.meeting + other.meeting, found=self.found + other.found)


class Meetings:
    """All meetings, summed over the partitions."""

    def __init__(
        self,
        stored: Partitions,
        tables: Sequence[Sheet],
        objects: Sequence[str],
        beyond: Sequence[Sheet] = (),
    ) -> None:
        self._stored = stored
        self.beyond = {(sheet.name, place.label) for sheet in beyond for place in sheet.searched}
        copied = {sheet.name for sheet in tables}
        self._repeating = {f"{table}.{label}" for table, label in self.beyond} | (
            {sheet.name for sheet in beyond} - copied
        )
        self._objects = objects
        self.populations = _populations(tables)
        self.places: dict[tuple[str, str], Meeting] = {}
        self._numbers: dict[str, dict[int, int]] = {}
        self.spots: dict[tuple[str, str, str], Spot] = {}
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
            if by_rows(sheet, sheet.left[place.label])
        }
        # Of whose transforms nobody knows what they deal, or which may leave what was there.
        self._free = {
            (sheet.name, place.label)
            for sheet in tables
            for place in sheet.compared
            if sheet.left[place.label].chance is None or not sheet.left[place.label].judged
        }
        self._exact = {
            (sheet.name, place.label)
            for sheet in tables
            for place in sheet.compared
            if sheet.left[place.label].exact
        }
        texts = stored.streams("text")
        parts = worked(lambda number: self._part(tables, texts, number), iter(range(stored.count)))
        for places, spots in parts:
            for at, met in places.items():
                self.places[at] = self.places.get(at, Meeting()) + met
            for spot, seen in spots.items():
                self.spots[spot] = self.spots.get(spot, Spot()) + seen

    def _part(
        self, tables: Sequence[Sheet], texts: Sequence[tuple[str, str]], number: int
    ) -> tuple[dict[tuple[str, str], Meeting], dict[tuple[str, str, str], Spot]]:
        """What meets in one partition."""
        places = [(sheet.name, place.label) for sheet in tables for place in sheet.compared]
        was = self._was(places, number)
        return {at: self._met(at, number, was[at]) for at in places}, dict(self._spots(texts, number, was))

    def _was(self, places: Iterable[tuple[str, str]], number: int) -> Was:
        return {at: self._stored.read((*at, "was"), number) for at in places}

    def _met(self, at: tuple[str, str], number: int, was: Records) -> Meeting:
        if at in self._exact:
            met = meet(*(self._stored.read((*at, f"{side} exactly"), number) for side in ("was", "cell")))
        else:
            met = meet(was, self._stored.read((*at, "cell"), number))
        if at not in self._by_rows:
            return met
        rows = meet(*(self._stored.read((*at, f"{side} row"), number) for side in ("was", "cell")))
        return replace(met, strange_pairs=rows.own_values, strange_values=rows.own_values)

    def _spots(
        self, texts: Sequence[tuple[str, str]], number: int, was: Was
    ) -> Iterator[tuple[tuple[str, str, str], Spot]]:
        read = {at: self._stored.read((*at, "text"), number) for at in texts}
        proved = {at: self._stored.read((*at, "proved"), number) for at in texts}
        all_ = together([*read.values(), *proved.values()]).prints
        for name in self.populations:
            there = self._originals(name, was)
            there = there.only(likely(there.prints, all_))
            sorted_ = np.sort(there.prints)
            for at, found in read.items():
                own = name in self.explained.get(at, ()) and len(proved[at])
                records = together([found, proved[at]]) if own else found
                met = records.only(among(records.prints, sorted_))
                if len(met) and self._inside.get(at):
                    met = met.only(~self._inside_of(at, met, number))
                if len(met) and at in self.beyond:
                    met = met.only(among(met.prints, self._strange(name, was, there)))
                if len(met) and at == OBJECTS:
                    yield from self._in_objects(name, met, self._strange(name, was, there))
                elif len(met):
                    yield (*at, name), self._spot(at, there, met)

    def _in_objects(
        self, name: str, met: Records, strange: Words
    ) -> Iterator[tuple[tuple[str, str, str], Spot]]:
        """What of a population stands in each object of the catalogue; one word is a name for anything."""
        numbers = of_objects(met.tags)
        for number in np.unique(numbers).tolist():
            inside, place = met.only(numbers == number), self._objects[number]
            telling = inside.only(~one_word(inside.tags)) if place.startswith(NAME) else inside
            if place.partition(" (statistics")[0] in self._repeating:
                telling = telling.only(among(telling.prints, strange))
            if len(telling):
                yield (CATALOGUE, place, name), Spot(found=len(different(telling.prints)))

    def _inside_of(self, document: tuple[str, str], met: Records, number: int) -> Flags:
        """Which of a document's originals stand at a path of it that is judged for itself."""
        streams = [(*at, kind) for at in self._inside[document] for kind in ("text", "proved")]
        there = together([self._stored.read(stream, number) for stream in streams])
        return among(mixed(met.prints, row(met.tags)), different(mixed(there.prints, row(there.tags))))

    def _strange(self, name: str, was: Was, originals: Records) -> Words:
        """Those that no transform leaves: triggers and views repeat results, a pool's names among them."""
        left = [was[at] for at in self.populations[name] if at in self._free]
        possible = different(together([originals.only(dealt(originals.tags)), *left]).prints)
        return different(originals.prints[~among(originals.prints, possible)])

    def _spot(self, at: tuple[str, str], originals: Records, met: Records) -> Spot:
        # A pool's surname or street is no company's name: one word tells nothing there.
        telling = met.only(~one_word(met.tags)) if self.explained.get(at) else met
        return Spot(meeting=meet(originals, met), found=len(different(telling.prints)))

    def _originals(self, name: str, was: Was) -> Records:
        """A population's originals that are looked for within texts."""
        read = together([was[at] for at in self.populations[name]])
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
            there = self._originals(name, self._was(self.populations[name], number))
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
