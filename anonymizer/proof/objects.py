"""The catalogue's objects as the search sees them: what stands in each, and how much was looked at.

A record's row is its object's number. Judges nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from anonymizer.proof.characters import Places, Words
from anonymizer.proof.fingerprints import lowered
from anonymizer.proof.partitions import Partitions, Records
from anonymizer.proof.scanning import Wanted, row, scan

CATALOGUE = ""  # no table is called so
OBJECTS = (CATALOGUE, "")
_FIRST = np.uint64(7)  # of a tag's bits those that say of which row it is


@dataclass(frozen=True, kw_only=True)
class Objects:
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


def gathered(texts: Mapping[str, Sequence[str]], wanted: Wanted, into: Partitions) -> Objects:
    """The objects that have these texts, and what may be originals there, as a stream of its own."""
    objects = Objects(texts=texts, wanted=wanted)
    if any(texts.values()):
        into.add((*OBJECTS, "text"), objects.scanned())
    return objects


def numbers(tags: Words) -> Places:
    """Of which object each record is."""
    return (row(tags) >> _FIRST).astype(np.int64)
