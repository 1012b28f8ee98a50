"""Which of the candidates are taken: a function of the key and of each row's own key. Pure.

What a fraction takes, a larger one takes as well.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from anonymizer.pseudonyms import prf
from anonymizer.pseudonyms.keys import Key


def choose(key: Key, rows: pa.Array, fraction: float) -> NDArray[np.bool_]:
    """Whether each row is in the fraction: its keyed hash is below it."""
    if fraction >= 1:
        return np.ones(len(rows), np.bool_)
    return np.less(_hashes(key, rows), np.uint64(int(fraction * 2**64)))


def choose_evenly(key: Key, rows: pa.Array, strata: pa.Array, fraction: float) -> NDArray[np.bool_]:
    """The fraction of every stratum, rounded up: those with the smallest keyed hashes. NULL is a stratum."""
    codes = strata.dictionary_encode(null_encoding="encode").indices.to_numpy()
    order = np.lexsort((_hashes(key, rows), codes))
    sizes = np.bincount(codes) if len(codes) else np.zeros(0, np.int64)
    starts = np.cumsum(sizes) - sizes
    rank = np.empty(len(rows), np.int64)
    rank[order] = np.arange(len(rows)) - starts[codes[order]]
    # Rounded before it is rounded up: 0.07 * 100 is more than 7 in floating point.
    return np.asarray(rank < np.ceil(np.round(sizes * fraction, 9))[codes], np.bool_)


def _hashes(key: Key, rows: pa.Array) -> prf.Words:
    first, _ = prf.words(key, "subset", prf.digests(key, rows))
    return first
