"""How long to wait before the next attempt: exponential with jitter. Pure; never sleeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import random


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """base * 2^(attempt-1) seconds, at most `cap`, of which the upper half is random.

    Half stays fixed so that a retry is never at once; half is random so that those who failed together do
    not come back together.
    """

    base: float
    cap: float

    def ceiling(self, attempt: int) -> float:
        """The longest wait after this attempt (counted from 1)."""
        return min(self.cap, self.base * 2.0 ** min(attempt - 1, 60))

    def delay(self, attempt: int, *, draw: Callable[[], float] = random) -> float:
        """Seconds to wait after this attempt (counted from 1)."""
        return self.ceiling(attempt) * (0.5 + 0.5 * draw())

    def delays(self) -> Iterator[float]:
        """The waits after attempt 1, 2, …, without end."""
        attempt = 0
        while True:
            attempt += 1
            yield self.delay(attempt)
