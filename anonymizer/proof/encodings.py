"""Which of many texts may say something else once they are decoded: a quick look that decides nothing.

Most long words, account numbers and digests are no text in any encoding; only what may be one is decoded.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anonymizer.proof import kernels
from anonymizer.proof.characters import Flags, Places
from anonymizer.proof.decoding import ESCAPES, spoken
from anonymizer.proof.fingerprints import layout, longest
from anonymizer.proof.kernels import SHORTEST


class Others(NamedTuple):
    """Other readings; the place of the text each comes from; and whether it is what stands among bytes."""

    texts: pa.Array
    owners: Places
    rough: Flags


def other_readings(texts: pa.Array) -> Others:
    """Every other reading of the texts."""
    found: list[str] = []
    owners: list[int] = []
    rough: list[bool] = []
    for at in np.flatnonzero(encoded(texts)):
        for reading, among_bytes in spoken(texts[int(at)].as_py()):
            found.append(reading)
            owners.append(int(at))
            rough.append(among_bytes)
    return Others(pa.array(found, pa.string()), np.array(owners, np.int64), np.array(rough, np.bool_))


def encoded(texts: pa.Array) -> Flags:
    """Which texts may have another reading. Shape: (texts,)."""
    if not len(texts):
        return np.zeros(0, bool)
    text = texts.cast(pa.large_string()).fill_null("")
    data, bounds = layout(text)
    if longest(text) < SHORTEST and not kernels.marked(data, int(bounds[0]), int(bounds[-1])):
        return np.zeros(len(text), bool)  # too short for anything that is packed
    escapes, packed = np.zeros((2, len(text)), np.uint8)
    kernels.encoded(data, bounds, escapes, packed)
    found: Flags = packed.view(bool)
    if escapes.any():
        places = np.flatnonzero(escapes)
        real = pc.match_substring_regex(text.take(pa.array(places)), ESCAPES)
        found[places] |= real.to_numpy(zero_copy_only=False)
    return found
