"""The pool of users that arrivals are given to: it grows to its cap, above it arrivals are turned away.

Each user waits in a greenlet of its own: waking one costs a tenth of starting one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from time import monotonic

import gevent

from loadtests.generator.bench import BenchEnvironment
from loadtests.generator.journey import Journey
from loadtests.planning.arrivals import Arrival

_STEP = 0.01  # seconds between looks at what still runs


class Pool:
    """Users by journey. The one that was idle last is taken first: its connection is the warmest."""

    def __init__(
        self, environment: BenchEnvironment, journeys: Mapping[str, type[Journey]], cap: int
    ) -> None:
        self._environment = environment
        self._journeys = journeys
        self._cap = cap
        self._idle: defaultdict[str, list[_Seat]] = defaultdict(list)
        self._busy: set[_Seat] = set()
        self._recorder = environment.bench.recorder

    def fill(self, journey: str, users: int) -> None:
        """Makes users before the clock runs, up to the cap; their on_start runs here, all at once."""
        seats = [self._new(journey) for _ in range(min(users, self._cap))]
        gevent.joinall([gevent.spawn(self._begin, seat.user) for seat in seats])
        self._idle[journey] += seats

    def give(self, arrival: Arrival, due: int) -> bool:
        """Starts a task for an arrival; False when the pool is full and the arrival is turned away."""
        if self._recorder.running >= self._cap:
            return False
        idle = self._idle[arrival.journey]
        seat = idle.pop() if idle else self._new(arrival.journey)
        self._recorder.running += 1
        self._busy.add(seat)
        seat.give(arrival, due)
        return True

    def ages(self, now: int) -> list[int]:
        """How long each main journey in flight has taken so far, in ns, at a monotonic ns."""
        main = self._environment.bench.job.main
        return [seat.age(now) for seat in self._busy if seat.user.journey == main]

    @property
    def running(self) -> int:
        return self._recorder.running

    def drain(self, seconds: float) -> int:
        """Waits for what runs; what does not end in time is ended. Returns how many had to be."""
        end = monotonic() + seconds
        while self._busy and monotonic() < end:
            gevent.sleep(_STEP)
        left = list(self._busy)
        gevent.killall([seat.greenlet for seat in left], timeout=5)
        for seats in self._idle.values():
            for seat in seats:
                seat.user.leave()
        return len(left)

    def served(self, seat: _Seat) -> None:
        """A user is done with an arrival and waits for another."""
        self._recorder.running -= 1
        self._busy.discard(seat)
        self._idle[seat.user.journey].append(seat)

    def lost(self, seat: _Seat) -> None:
        """A user was ended while it served an arrival: nobody sits there any more, and its place is free."""
        self._recorder.running -= 1
        self._busy.discard(seat)

    def _new(self, journey: str) -> _Seat:
        return _Seat(self, self._journeys[journey](self._environment))

    def _begin(self, user: Journey) -> None:
        """Runs on_start; where it fails, the user tries again with its first arrival, which counts."""
        try:
            user.begin()
        except (Exception, gevent.Timeout) as error:  # noqa: BLE001  # whatever it is, it is told
            self._recorder.failure(user.journey, self._recorder.started, error)


class _Seat:
    """A user and the greenlet in which it waits for arrivals and serves them."""

    def __init__(self, pool: Pool, user: Journey) -> None:
        self.user = user
        self._pool = pool
        self._hub = gevent.get_hub()
        self._given: tuple[Arrival, int] | None = None
        self.greenlet = gevent.Greenlet(self._serve)

    def give(self, arrival: Arrival, due: int) -> None:
        """Wakes the user in this turn of the loop, after those that were woken before it."""
        self._given = (arrival, due)
        if self.greenlet.started:
            self._hub.loop.run_callback(self.greenlet.switch)
        else:
            self.greenlet.start()

    def age(self, now: int) -> int:
        """How long the arrival has taken so far; one that was just given waits since it was due."""
        return now - self._given[1] if self._given else self.user.age(now)

    def _serve(self) -> None:
        while self._given is not None:
            arrival, due = self._given
            self._given = None
            try:
                self.user.serve(arrival, due)
            except BaseException:
                self._pool.lost(self)
                raise
            self._pool.served(self)
            self._hub.switch()
