"""What differs from arrival to arrival: rows of feeds and whole numbers. Sends nothing.

All of it is a function of the seed, the journey and the arrival's number alone.
"""

from __future__ import annotations

from typing import ClassVar

from foundation.errors import InputError
from loadtests.generator.attempts import FeedUsedUp, OutsideArrival
from loadtests.generator.bench import Bench
from loadtests.planning import feeds
from loadtests.planning.arrivals import Arrival, Draws
from loadtests.planning.feeds import Row


class Drawing:
    """What a journey draws with."""

    journey: ClassVar[str]
    bench: Bench
    _arrival: Arrival | None = None
    _draws: Draws

    @property
    def arrival(self) -> Arrival:
        """The one that is being served. Raises OutsideArrival in on_start, which is of none."""
        if self._arrival is None:
            raise OutsideArrival("on_start is of no arrival: it draws nothing and submits nothing")
        return self._arrival

    def pick(self, feed: str, purpose: str = "") -> Row:
        """Any row of a feed, each as likely. Raises InputError when there is no such feed."""
        rows = self._feed(feed)
        return rows[self._draws.below(self.arrival.number, f"{feed}/{purpose}", len(rows))]

    def unique(self, feed: str) -> Row:
        """A row that no other arrival of this journey gets before all rows have been given."""
        rows = self._feed(feed)
        return rows[feeds.permuted(self.arrival.number, len(rows), self._key(feed))]

    def once(self, feed: str) -> Row:
        """A row that no other arrival of this journey ever gets. Raises FeedUsedUp when none is left."""
        rows = self._feed(feed)
        if self.arrival.number >= len(rows):
            raise FeedUsedUp(f"the feed {feed!r} has {len(rows):,} rows, each is used once, all are used")
        return self.unique(feed)

    def zipf(self, feed: str, exponent: float = 1.0, purpose: str = "") -> Row:
        """A row by Zipf's law: the first of the file most often, the k-th as often as 1 / k**exponent."""
        rows = self._feed(feed)
        draw = self._draws.uniform(self.arrival.number, f"{feed}/zipf/{purpose}")
        return rows[feeds.ranked(draw, len(rows), exponent)]

    def hot(self, feed: str, share: float, purpose: str = "") -> Row:
        """The first row of the file for a share of the arrivals (0 to 1), any row for the others."""
        if self._draws.uniform(self.arrival.number, f"{feed}/hot/{purpose}") <= share:
            return self._feed(feed)[0]
        return self.pick(feed, purpose)

    def rows(self, feed: str) -> int:
        """How many rows a feed has."""
        return len(self._feed(feed))

    def integer(self, purpose: str, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        return low + self._draws.below(self.arrival.number, purpose, high - low + 1)

    def _key(self, feed: str) -> int:
        return self._draws.bits(0, f"{feed}/unique")  # of the journey, not of an arrival

    def _feed(self, name: str) -> tuple[Row, ...]:
        rows = self.bench.feeds.get(name)
        if rows is None:
            raise InputError(f"journey {self.journey!r} needs the feed {name!r}", hint=f"add {name}.csv")
        return rows
