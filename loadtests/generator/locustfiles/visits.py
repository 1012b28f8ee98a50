"""Which arrival a request belongs to: what its greenlet serves, or served the greenlet that started it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic_ns
from weakref import WeakKeyDictionary

import gevent
from gevent.event import AsyncResult
from locust import User

from loadtests.planning.arrivals import Arrival


@dataclass(kw_only=True)
class Visit:
    """An arrival that a user serves. `late` ns of its start are still to be told with its first request."""

    arrival: Arrival
    due: int
    outside: int = 0  # ns of on_start, which is in no clock
    late: int = 0
    failed: bool = False
    over: bool = False


@dataclass(kw_only=True, eq=False)
class Seat:
    """One pooled user: who it is, what it serves, and what it waits for.

    It has `sat` down when its first arrival may come; in `aside` it runs on_start or on_stop, in no clock.
    """

    user: User
    made: int
    visit: Visit | None = None
    called: AsyncResult | None = None
    sat: bool = False
    aside: int = 0

    @contextmanager
    def put_aside(self) -> Iterator[None]:
        """While on_start or on_stop runs."""
        self.aside += 1
        try:
            yield
        finally:
            self.aside -= 1

    def age(self) -> int:
        """Nanoseconds since the user was made."""
        return monotonic_ns() - self.made


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Whose doing something is: a user's, and within an arrival of it or not; nobody's without a seat."""

    seat: Seat | None = None
    visit: Visit | None = None

    @property
    def aside(self) -> bool:
        return self.seat is not None and self.seat.aside > 0

    @property
    def serving(self) -> Visit | None:
        """The arrival that it belongs to: none, where that is over, or in on_start and on_stop."""
        return None if self.aside or self.visit is None or self.visit.over else self.visit


class Origins:
    """Follows the users' own greenlets, and those that they start, also those of an arrival that is over."""

    def __init__(self) -> None:
        self._seats: WeakKeyDictionary[gevent.Greenlet, Seat] = WeakKeyDictionary()
        self._started: WeakKeyDictionary[gevent.Greenlet, Origin] = WeakKeyDictionary()
        gevent.Greenlet.add_spawn_callback(self._spawned)

    def follow(self, greenlet: gevent.Greenlet, seat: Seat) -> None:
        """A user's own greenlet."""
        self._seats[greenlet] = seat

    def here(self) -> Origin:
        """Whose doing the running greenlet is."""
        greenlet = gevent.getcurrent()
        seat = self._seats.get(greenlet)
        if seat is not None:
            return Origin(seat=seat, visit=seat.visit)
        return self._started.get(greenlet, Origin())

    def close(self) -> None:
        """Follows no more greenlets."""
        gevent.Greenlet.remove_spawn_callback(self._spawned)

    def _spawned(self, greenlet: gevent.Greenlet) -> None:
        origin = self.here()
        if origin.seat is not None:
            self._started[greenlet] = origin
