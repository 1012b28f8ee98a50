"""Tells quickly which fingerprints are certainly none of a set: a Bloom filter of one hash, the print itself.

What passes may still be no member: it is looked up exactly afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from anonymizer.characters import Bytes, Flags, Words

# Places a member; one in sixteen strangers passes at most, until the memory's limit is reached.
_ROOM = 16
_LEAST, _MOST = 20, 29  # bits of a place's number: 128 KiB to 64 MiB
_EIGHT = np.uint64(7)


@dataclass(frozen=True, kw_only=True)
class Membership:
    """The set as bits, indexed by a fingerprint's leading ones."""

    bits: Bytes
    shift: np.uint64

    def possible(self, prints: Words) -> Flags:
        """Which of these may be members. Shape: (prints,)."""
        places = prints >> self.shift
        found: Flags = ((self.bits[places >> np.uint64(3)] >> (places & _EIGHT).astype(np.uint8)) & 1).view(
            bool
        )
        return found


def membership(members: int, partitions: Iterable[Sequence[Words]], count: int) -> Membership:
    """The filter of about `members` prints, from `count` partitions by leading bits, each in parts."""
    size = min(max(_LEAST, int(members * _ROOM).bit_length()), _MOST)
    shift = np.uint64(64 - size)
    bits = np.zeros((1 << size) // 8, np.uint8)
    each = (1 << size) // count
    for number, parts in enumerate(partitions):
        here = np.zeros(each, bool)
        for prints in parts:
            here[(prints >> shift) - np.uint64(number * each)] = True
        bits[number * each // 8 : (number + 1) * each // 8] = np.packbits(here, bitorder="little")
    return Membership(bits=bits, shift=shift)
