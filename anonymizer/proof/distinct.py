"""How many different fingerprints went by, from the smallest of them. Holds a few thousand.

Source: Bar-Yossef et al., Counting distinct elements in a data stream (2002), the k smallest values.
"""

from __future__ import annotations

import numpy as np

from anonymizer.proof.characters import Words

_KEPT = 4096  # the estimate's standard error is 1 in 64


class Distinct:
    """Counts different fingerprints: exactly below a few thousand, else within a few percent."""

    def __init__(self) -> None:
        self._least = np.zeros(0, np.uint64)
        self._limit = np.uint64(2**64 - 1)

    def add(self, prints: Words) -> None:
        """More of them, seen before or not."""
        low = prints[prints <= self._limit]
        if len(low):
            self._least = np.unique(np.concatenate([self._least, low]))[:_KEPT]
            if len(self._least) == _KEPT:
                self._limit = self._least[-1]

    @property
    def count(self) -> float:
        if len(self._least) < _KEPT:
            return float(len(self._least))
        return (_KEPT - 1) * 2.0**64 / float(self._least[-1])
