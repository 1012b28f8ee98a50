"""Bottom-k sketches: a column's smallest keyed hashes of different values tell how much two columns share.

The hashes live as long as one discovery, under a seed that nobody keeps; they decide no pseudonym.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

# Two columns are compared by about so many values: a share of 0.9 is known to within 0.02 then.
SIZE = 2048
_SPAN = float(1 << 64)

Hashes = NDArray[np.uint64]


def new_seed() -> int:
    """The secret of one discovery."""
    return secrets.randbits(64)


def hashes(values: pa.Array, seed: int) -> Hashes:
    """Keyed hashes of the texts that are there, in any case and without outer white space."""
    if _is_ascii(values):  # several times faster
        texts = pc.ascii_lower(pc.ascii_trim_whitespace(values))
    else:
        texts = pc.utf8_lower(pc.utf8_trim_whitespace(values))
    there = texts.filter(pc.not_equal(texts, ""))
    return pl.Series(pl.from_arrow(there)).hash(seed).to_numpy()


def _is_ascii(values: pa.Array) -> bool:
    content = values.buffers()[-1]
    return content is None or int(np.frombuffer(content, np.uint8).max(initial=0)) < 128


def _least(values: Hashes) -> Hashes:
    """The smallest different ones, sorted: at least `SIZE`, or all. Sorting all of many is what costs."""
    if len(values) > 8 * SIZE:
        bound = np.uint64(2**64 // len(values) * 4 * SIZE)  # below it are four times as many, if all differ
        few = _distinct(values[values < bound])
        if len(few) >= SIZE:
            return few
    return _distinct(values)


def _distinct(values: Hashes) -> Hashes:
    return np.sort(pl.Series(values).unique().to_numpy())


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """The smallest hashes of different values, sorted, and how many values there were."""

    smallest: Hashes
    values: int = 0

    @classmethod
    def empty(cls) -> Sketch:
        return cls(smallest=np.zeros(0, np.uint64))

    @property
    def limit(self) -> np.uint64:
        """Below it, the sketch knows every value."""
        return self.smallest[-1] if len(self.smallest) == SIZE else np.uint64(2**64 - 1)

    @property
    def distinct(self) -> float:
        """How many different values there are; an estimate where they are more than the sketch holds."""
        if len(self.smallest) < SIZE:
            return float(len(self.smallest))
        return (SIZE - 1) / (float(self.smallest[-1]) / _SPAN)

    def with_(self, more: Hashes) -> Sketch:
        return self._with(more[more < self.limit], len(more))

    def merged(self, other: Sketch) -> Sketch:
        """The sketch of both's values."""
        return self._with(other.smallest, other.values)

    def _with(self, new: Hashes, values: int) -> Sketch:
        smallest = np.union1d(self.smallest, _least(new))[:SIZE] if len(new) else self.smallest
        return Sketch(smallest=smallest, values=self.values + values)


def contained(copy: Sketch, original: Sketch) -> tuple[float, int]:
    """The share of the copy's different values that the original has, and by how many values it is known."""
    known = copy.smallest[copy.smallest <= min(copy.limit, original.limit)]
    if not len(known):
        return 0.0, 0
    return float(np.isin(known, original.smallest).mean()), len(known)
