"""A keyed shuffle of a small whole domain: the one-to-one choice where FF1 would not be safe."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from anonymizer.pseudonyms import prf
from anonymizer.pseudonyms.keys import Key

# SP 800-38G asks for a million; below, the whole domain is laid out and sorted by the PRF.
LARGEST = 1_000_000


def cycle(key: Key, size: int) -> NDArray[np.int64]:
    """For each of 0 … size-1 another one: a permutation that is one single cycle, so that none stays itself.

    Of one value there is no other: it stays. Shape: (size,).
    """
    if size > LARGEST:
        raise ValueError(f"a shuffle lays out its domain; {size} is too many")
    first, second = prf.words(key, "shuffle", prf.digests(key, pa.array(map(str, range(size)), pa.string())))
    order = np.lexsort((second, first))
    after = np.empty(size, np.int64)
    after[order] = np.roll(order, -1)
    return after
