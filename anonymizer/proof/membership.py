"""Tells quickly which fingerprints are certainly none of a set: a Bloom filter of two places a print.
Source: Putze, Sanders and Singler, Cache-, Hash- and Space-Efficient Bloom Filters (2007), blocked filters.

What passes may still be no member: it is looked up exactly afterwards. Every kind has a part of its own, so
that a search for one kind stays within a processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from anonymizer.proof import kernels
from anonymizer.proof.characters import Bytes, Flags, Places, Words

# Places a member; one in sixteen strangers passes at most, until the memory's limit is reached. With twice as
# many places fewer would pass, but the filter would leave the processor's cache.
_ROOM = 8
_LEAST, _MOST = 9, 28  # bits of a place's number within its part: 64 bytes to 32 MiB
_KINDS = 64


@dataclass(frozen=True, kw_only=True)
class Membership:
    """The set as bits: each kind's part begins at its start, and is indexed by a print's leading bits."""

    bits: Bytes
    starts: Places
    shifts: Words

    def possible(self, prints: Words, kinds: Words) -> Flags:
        """Which of these may be members. Shape: (prints,)."""
        found = np.zeros(len(prints), bool)
        kernels.all_possible(prints, kinds, self.bits, self.starts, self.shifts, found)
        return found


# The filter of no members.
NOBODY = Membership(
    bits=np.zeros(64, np.uint8), starts=np.zeros(_KINDS, np.int64), shifts=np.full(_KINDS, 55, np.uint64)
)


def membership(counts: Places, members: Iterable[tuple[Words, Words]]) -> Membership:
    """The filter of members given as (prints, kinds); `counts` says about how many each of 64 kinds has."""
    sizes = [min(max(_LEAST, int(count * _ROOM).bit_length()), _MOST) for count in counts[:_KINDS]]
    ends = np.cumsum([1 << size for size in sizes])
    made = Membership(
        bits=np.zeros(int(ends[-1]) // 8, np.uint8),
        starts=np.concatenate([[0], ends[:-1]]),
        shifts=np.array([64 - size for size in sizes], np.uint64),
    )
    for prints, kinds in members:
        kernels.entered(prints, kinds, made.bits, made.starts, made.shifts)
    return made
