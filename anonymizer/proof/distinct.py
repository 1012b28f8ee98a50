"""How many different fingerprints went by, from the smallest of them. Holds a few thousand.

Source: Bar-Yossef et al., Counting distinct elements in a data stream (2002), the k smallest values.
"""

from __future__ import annotations

import numpy as np

from anonymizer.proof.characters import Words
from anonymizer.proof.comparison import different

_KEPT = 4096  # the estimate's standard error is 1 in 64


class Distinct:
    """Counts different fingerprints: exactly below a few thousand, else within a few percent."""

    def __init__(self) -> None:
        self._least = np.zeros(0, np.uint64)
        self._more: list[Words] = []
        self._waiting = 0
        self._limit = np.uint64(2**64 - 1)

    def add(self, prints: Words) -> None:
        """More of them, seen before or not."""
        low = prints[prints <= self._limit]
        self._more.append(low)
        self._waiting += len(low)
        if self._waiting >= _KEPT:
            self._settle()

    def _settle(self) -> None:
        self._least = different(np.concatenate([self._least, *self._more]))[:_KEPT]
        self._more, self._waiting = [], 0
        if len(self._least) == _KEPT:
            self._limit = self._least[-1]

    @property
    def count(self) -> float:
        self._settle()
        if len(self._least) < _KEPT:
            return float(len(self._least))
        return (_KEPT - 1) * 2.0**64 / float(self._least[-1])
