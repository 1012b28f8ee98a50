"""Whom the rows of a file are about, where its output stands in another order. Holds no value.

In two files, so that memory does not grow with the rows: of each row of the output its place in the source,
and of each place a keyed number for the person there, under a key that is thrown away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from anonymizer.pseudonyms import prf
from anonymizer.pseudonyms.keys import Key

Places = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Moved:
    """One side of such a table. `places` of its rows in the source; None: they stand as there.

    `persons` are numbers by place, 0 for nobody; empty where every row is about itself.
    """

    places: Places | None
    persons: NDArray[np.uint64]

    def at(self, first: int, count: int) -> Places:
        """The places of so many rows; behind the end of the source where it has none of them."""
        rows = np.arange(first, first + count)
        if self.places is None:
            return rows
        there = self.places[first : first + count]
        return np.concatenate([there, rows[len(there) :]])

    def of(self, places: Places) -> pa.Array:
        """The persons at these places; NULL for nobody."""
        found = np.zeros(len(places), np.uint64)
        there = places < len(self.persons)
        found[there] = self.persons[places[there]]
        return pa.array(found, mask=found == 0).cast(pa.string())


def both_sides(places: Path, persons: Iterable[pa.Array], key: Key) -> tuple[Moved, Moved]:
    """Source and output of a table. `persons`: the texts that say whom each of the source's rows is about."""
    numbers = places.with_suffix(".persons")
    with numbers.open("wb") as file:
        for texts in persons:
            words = prf.digests(key, texts).view(">u8")[:, 0].astype(np.uint64)
            file.write(np.where(texts.is_null(), 0, words).astype(np.uint64).tobytes())
    known = np.asarray(_mapped(numbers, np.dtype(np.uint64)), np.uint64)
    mapped = np.asarray(_mapped(places, np.dtype(np.int64)), np.int64)
    return Moved(places=None, persons=known), Moved(places=mapped, persons=known)


def _mapped(file: Path, kind: np.dtype[np.generic]) -> NDArray[np.generic]:
    # A file without a byte cannot be mapped.
    return np.memmap(file, kind, mode="r") if file.stat().st_size else np.zeros(0, kind)
