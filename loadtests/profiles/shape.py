"""The shape of a load: shares of its peak at moments of its own time, straight lines between them. Pure."""

from __future__ import annotations

import bisect
import functools
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """`points` are (seconds of the shape's own time, share of the peak); two at one time are a jump.

    `sources` say what is known and by whom it was published; `assumed` what is not, but had to be chosen.
    """

    name: str
    about: str
    points: tuple[Point, ...]
    sources: tuple[str, ...]
    assumed: str = ""

    def __post_init__(self) -> None:
        times, shares = zip(*self.points, strict=True)
        if times[0] != 0 or times[-1] <= 0 or list(times) != sorted(times):
            raise ValueError(f"{self.name}: points start at 0 and go on in time")
        if min(shares) < 0 or max(shares) != 1:
            raise ValueError(f"{self.name}: shares are not negative, and the highest is 1")

    @property
    def span(self) -> float:
        """Seconds that it takes uncompressed."""
        return self.points[-1][0]

    @property
    def mean(self) -> float:
        """The mean share of the peak over the whole span."""
        area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(self.points))
        return area / self.span

    def share(self, at: float) -> float:
        """The share of the peak at a moment of its own time; at a jump, what is after it."""
        after = bisect.bisect_right(self._times, at)
        if after == 0:
            return self.points[0][1]
        if after == len(self.points):
            return self.points[-1][1]
        (start, low), (end, high) = self.points[after - 1], self.points[after]
        return low + (high - low) * (at - start) / (end - start)

    @functools.cached_property
    def _times(self) -> list[float]:
        return [at for at, _ in self.points]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A shape as an arrival rate: its highest is `peak` per second, its span takes `duration` seconds."""

    shape: Shape
    peak: float
    duration: float

    def rate(self, seconds: float) -> float:
        return self.peak * self.shape.share(seconds / self.duration * self.shape.span)
