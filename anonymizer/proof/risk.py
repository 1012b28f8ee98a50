"""How well people hide among each other: k-anonymity, l-diversity, and who is singled out. Pure.

Counts persons, not rows: somebody with a hundred orders is one person in every group they are in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from anonymizer.proof.characters import Words
from anonymizer.proof.partitions import Partitions, Records

Counts = NDArray[np.int64]
_PERSONS, _SENSITIVE, _LEAST = ("crowd", "persons"), ("crowd", "sensitive"), ("crowd", "least")


@dataclass(frozen=True, kw_only=True)
class Risk:
    """What somebody who knows the quasi-identifiers of a person can do.

    `k`: persons in the smallest group that shares them. `l`: different sensitive values in the group that has
    the fewest, None where no sensitive column was named. `singled_out`: persons whom some row gives away, as
    they are alone in its group; `below`: persons in a group of fewer than `wanted`.
    """

    persons: int
    groups: int
    k: int
    l: int | None  # noqa: E741 - the field's own name
    singled_out: int
    below: int
    wanted: int
    wanted_diversity: int = 1

    @property
    def singled_out_rate(self) -> float:
        """The share of persons who are alone with their quasi-identifiers: 0 to 1."""
        return self.singled_out / self.persons if self.persons else 0.0

    @property
    def diverse(self) -> bool:
        """Whether every group has as many sensitive values as are wanted."""
        return self.l is None or not self.persons or self.l >= self.wanted_diversity

    @property
    def passes(self) -> bool:
        return not self.below and self.diverse

    def to_dict(self) -> dict[str, object]:
        return {"passes": self.passes, "singled_out_rate": self.singled_out_rate, **asdict(self)}


def enter(into: Partitions, quasi: Words, persons: Words, sensitive: Words | None) -> None:
    """Takes rows, given by fingerprints that are equal where the values are. Shapes: (rows,) each."""
    into.add(_PERSONS, Records(prints=quasi, tags=persons))
    if sensitive is not None:
        into.add(_SENSITIVE, Records(prints=quasi, tags=sensitive))


def assess(stored: Partitions, *, wanted: int, wanted_diversity: int = 1) -> Risk:
    """The risk of the rows that were entered; `stored` is used up."""
    groups = list(_sized(stored))
    persons = [_least(stored.read(_LEAST, number)) for number in range(stored.count)]
    least = np.concatenate([np.zeros(0, np.int64), *persons])
    return Risk(
        persons=len(least),
        groups=sum(count for count, _ in groups),
        k=min((smallest for count, smallest in groups if count), default=0),
        l=_diversity(stored) if stored.size(_SENSITIVE) else None,
        singled_out=int((least == 1).sum()),
        below=int((least < wanted).sum()),
        wanted=wanted,
        wanted_diversity=wanted_diversity,
    )


def _sized(stored: Partitions) -> Iterator[tuple[int, int]]:
    """Part by part, the number of groups and the smallest one's size; every person gets their groups'."""
    for number in range(stored.count):
        group, person = _pairs(stored.read(_PERSONS, number))
        _, first, sizes = np.unique(group, return_index=True, return_counts=True)
        stored.add(_LEAST, Records(prints=person, tags=np.repeat(sizes, sizes).astype(np.uint64)))
        yield len(first), int(sizes.min()) if len(sizes) else 0


def _pairs(records: Records) -> tuple[Words, Words]:
    """The different (group, other), in the groups' order."""
    order = np.lexsort((records.tags, records.prints))
    group, other = records.prints[order], records.tags[order]
    new = np.ones(len(group), bool)
    new[1:] = (group[1:] != group[:-1]) | (other[1:] != other[:-1])
    return group[new], other[new]


def _least(records: Records) -> Counts:
    """Of each person, the size of the smallest group they are in."""
    if not len(records):
        return np.zeros(0, np.int64)
    order = np.argsort(records.prints)
    persons, sizes = records.prints[order], records.tags[order].astype(np.int64)
    first = np.flatnonzero(np.concatenate([[True], persons[1:] != persons[:-1]]))
    least: Counts = np.minimum.reduceat(sizes, first)
    return least


def _diversity(stored: Partitions) -> int:
    counts = [
        int(np.unique(group, return_counts=True)[1].min())
        for number in range(stored.count)
        for group, _ in [_pairs(stored.read(_SENSITIVE, number))]
        if len(group)
    ]
    return min(counts, default=0)
