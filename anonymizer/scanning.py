"""Originals looked for in texts, by fingerprints: what counts as found, and what chance explains. Pure.

Knows no database, and of the transforms only which populations each draws its results from.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from anonymizer.comparison import at_least
from anonymizer.decoding import MARKS, readings
from anonymizer.fingerprints import Places, Seed, Windows, Words, digit_windows, normal, whole, word_windows

# Transforms that draw from one population: an original met in a column of the same population is a
# coincidence of the draw, unless it stands in the row of its own person.
POPULATIONS: Mapping[str, str] = {
    "first_name": "person", "last_name": "person", "full_name": "person", "email": "person",
    "login": "person", "street": "place", "city": "place", "postal_code": "place", "address": "place",
}  # fmt: skip
_CHANCE = 1e-4
_FEWEST_DIGITS = 7
_MOST_DIGITS = 34
_MOST_WORDS = 12
_SHORTEST_WORD = 5
# Real numbers are not spread evenly (prefixes, birth years): chance may meet them this much more often.
_UNEVEN = 10.0
# A persona keeps its sex, so its name meets the owner's up to twice as often as any other.
_OF_A_KIND = 2
_SLOTS = np.uint64(42)  # a filter of 2^22 places, before the exact search


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Originals of one population as read from rows: normal texts, and the row of each."""

    population: str
    texts: pa.Array
    rows: Places


@dataclass(frozen=True, kw_only=True)
class Originals:
    """Every original by its fingerprint. `width` counts digits, 0 for words; `size` counts words.

    All arrays are sorted by fingerprint; `populations` holds places in `names`; `rows` are fingerprints of
    table and key, NOTHING where no key tells.
    """

    names: Sequence[str]
    prints: Words
    populations: NDArray[np.int16]
    widths: NDArray[np.int16]
    sizes: NDArray[np.int16]
    rows: Places
    filter: NDArray[np.bool_]

    @functools.cached_property
    def all_widths(self) -> frozenset[int]:
        return frozenset(np.unique(self.widths).tolist()) - {0}

    @functools.cached_property
    def all_sizes(self) -> frozenset[int]:
        return frozenset(np.unique(self.sizes).tolist()) - {0}

    def distinct(self, population: int, width: int) -> int:
        """How many different numbers of that many digits the population has."""
        return len(np.unique(self.prints[(self.populations == population) & (self.widths == width)]))


@dataclass(frozen=True, kw_only=True)
class Hits:
    """Where fingerprints of originals were met: the place in the originals, and the row of the text."""

    originals: Places
    rows: Places
    trials: Mapping[int, int]


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """Originals of a population seen in a place (a column, the catalogue) that no transform explains.

    `found` counts different originals, `by_chance` how many chance would show. `same_row` says that they
    stood in the row of the person they came from, in a column whose transform draws from that population.
    """

    place: str
    population: str
    same_row: bool
    found: int
    by_chance: float

    @property
    def passes(self) -> bool:
        return at_least(self.found, self.by_chance) >= _CHANCE


def population(transform: str) -> str:
    """What a transform draws from."""
    return POPULATIONS.get(transform, transform)


def index(batches: Sequence[Batch], seed: Seed) -> Originals:
    """All originals that can be looked for: of at least two words, one long word, or seven digits."""
    names = sorted({batch.population for batch in batches})
    parts = [part for batch in batches for part in _parts(batch, names.index(batch.population), seed)]
    prints = np.concatenate([np.zeros(0, np.uint64), *(part.prints for part in parts)])
    order = np.argsort(prints, kind="stable")
    filter_ = np.zeros(1 << (64 - int(_SLOTS)), bool)
    filter_[prints >> _SLOTS] = True
    none = np.zeros(0, np.int16)
    return Originals(
        names=names,
        prints=prints[order],
        populations=np.concatenate([none, *(np.full_like(p.widths, p.population) for p in parts)])[order],
        widths=np.concatenate([none, *(part.widths for part in parts)])[order],
        sizes=np.concatenate([none, *(part.sizes for part in parts)])[order],
        rows=np.concatenate([np.zeros(0, np.int64), *(part.rows for part in parts)])[order],
        filter=filter_,
    )


@dataclass(frozen=True, kw_only=True)
class _Part:
    population: int
    prints: Words
    widths: NDArray[np.int16]
    sizes: NDArray[np.int16]
    rows: Places


def _parts(batch: Batch, number: int, seed: Seed) -> Iterator[_Part]:
    digits = pc.replace_substring_regex(batch.texts, r"\D", "")
    widths = pc.utf8_length(digits).to_numpy().astype(np.int16)
    sizes = (pc.count_substring(batch.texts, " ").to_numpy() + 1).astype(np.int16)
    letters = pc.utf8_length(pc.replace_substring_regex(batch.texts, r"[0-9 ]", "")).to_numpy()
    numeric = (widths >= _FEWEST_DIGITS) & (widths <= _MOST_DIGITS) & (letters <= 2)
    worded = ~numeric & (letters >= _SHORTEST_WORD) & (sizes <= _MOST_WORDS)

    def part(texts: pa.Array, which: NDArray[np.bool_], widths: NDArray[np.int16], sizes: NDArray[np.int16]
             ) -> _Part:  # fmt: skip
        return _Part(
            population=number, prints=whole(texts.filter(pa.array(which)), seed), widths=widths[which],
            sizes=sizes[which], rows=batch.rows[which],
        )  # fmt: skip

    nothing = np.zeros_like(sizes)
    yield part(digits, numeric, widths, nothing)
    yield part(batch.texts, worded, nothing, sizes)
    # A number with Poland's prefix is looked for without it, too.
    local = numeric & (widths == 11) & pc.starts_with(digits, "48").to_numpy(zero_copy_only=False)
    yield part(pc.utf8_slice_codeunits(digits, 2), local, widths - np.int16(2), nothing)


def scan(originals: Originals, texts: pa.Array, rows: Places, seed: Seed) -> Hits:
    """The originals that stand in the texts, in any of their readings; `rows` names each text's row."""
    cells, owners = _all_readings(texts, rows)
    found: list[Places] = []
    where: list[Places] = []
    trials: dict[int, int] = {}
    for width, windows in digit_windows(cells, originals.all_widths, seed):
        trials[width] = len(windows.prints)
        _meet(originals, windows, found, where)
    for _, windows in word_windows(cells, originals.all_sizes, seed):
        _meet(originals, windows, found, where)
    none = np.zeros(0, np.int64)
    places = np.concatenate(where) if where else none
    return Hits(
        originals=np.concatenate(found) if found else none,
        rows=owners[places],
        trials=trials,
    )


def _all_readings(texts: pa.Array, rows: Places) -> tuple[pa.Array, Places]:
    """Normal texts, those with marks of an encoding once more for every other reading."""
    marked = pc.match_substring_regex(texts.fill_null(""), MARKS)
    more, owners = [], []
    for at in np.flatnonzero(marked.to_numpy(zero_copy_only=False)):
        for reading in readings(texts[int(at)].as_py()):
            more.append(reading)
            owners.append(rows[at])
    cells = pa.concat_arrays([normal(texts), normal(pa.array(more, pa.string()))])
    return cells, np.concatenate([rows, np.array(owners, np.int64)])


def _meet(originals: Originals, windows: Windows, found: list[Places], where: list[Places]) -> None:
    """Adds every (original, cell) pair with equal fingerprints; one original may have many owners."""
    likely = windows.only(originals.filter[windows.prints >> _SLOTS])
    first = np.searchsorted(originals.prints, likely.prints, "left")
    counts = np.searchsorted(originals.prints, likely.prints, "right") - first
    total = int(counts.sum())
    if total:
        ends = np.cumsum(counts)
        found.append(np.repeat(first - (ends - counts), counts) + np.arange(total))
        where.append(np.repeat(likely.cells, counts))


def sightings(place: str, originals: Originals, hits: Hits, explained: Set[str], all_rows: int
              ) -> Iterator[Sighting]:  # fmt: skip
    """What was seen in one place, whose transforms draw from the `explained` populations."""
    for number, name in enumerate(originals.names):
        mine = originals.populations[hits.originals] == number
        if name in explained:
            yield from _in_own_row(place, name, originals, hits, mine, all_rows)
            continue
        if explained:  # a pool's surname or street is no company's name: one word tells nothing there
            mine &= originals.sizes[hits.originals] != 1
        if mine.any():
            prints = np.unique(originals.prints[hits.originals[mine]])
            widths = {int(width) for width in np.unique(originals.widths[hits.originals[mine]])} - {0}
            expected = sum(
                _UNEVEN * hits.trials.get(width, 0) * originals.distinct(number, width) / 10.0**width
                for width in widths
            )
            yield Sighting(
                place=place, population=name, same_row=False, found=len(prints), by_chance=expected
            )


def _in_own_row(place: str, name: str, originals: Originals, hits: Hits, mine: NDArray[np.bool_],
                all_rows: int) -> Iterator[Sighting]:  # fmt: skip
    """Pools meet their owners now and then: as often as they meet others, spread over all rows.

    What stands in its own row says nothing about the others, so it does not count as met: a single value
    that somebody put back stands against an expectation of nothing.
    """
    own = mine & (originals.rows[hits.originals] == hits.rows) & (hits.rows != 0)
    if own.any():
        met = originals.prints[hits.originals] ^ hits.rows.view(np.uint64)
        others = mine & ~np.isin(met, met[own])
        found = len(np.unique(originals.prints[hits.originals[own]]))
        yield Sighting(
            place=place, population=name, same_row=True, found=found,
            by_chance=_OF_A_KIND * float(others.sum()) / max(1, all_rows),
        )  # fmt: skip
