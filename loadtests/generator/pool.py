"""The pool of users that arrivals are given to: it grows to its cap, above it arrivals are turned away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import gevent
from gevent.pool import Group

from loadtests.arrivals import Arrival
from loadtests.generator.bench import BenchEnvironment
from loadtests.generator.journey import Journey


class Pool:
    """Users by journey. The one that was idle last is taken first: its connection is the warmest."""

    def __init__(
        self, environment: BenchEnvironment, journeys: Mapping[str, type[Journey]], cap: int
    ) -> None:
        self._environment = environment
        self._journeys = journeys
        self._cap = cap
        self._idle: defaultdict[str, list[Journey]] = defaultdict(list)
        self._running = Group()
        self._recorder = environment.bench.recorder

    def fill(self, journey: str, users: int) -> None:
        """Makes users before the clock runs, up to the cap; their on_start runs here."""
        for _ in range(min(users, self._cap)):
            self._idle[journey].append(self._new(journey))

    def give(self, arrival: Arrival, due: int) -> bool:
        """Starts a task for an arrival; False when the pool is full and the arrival is turned away."""
        if self._recorder.running >= self._cap:
            return False
        idle = self._idle[arrival.journey]
        user = idle.pop() if idle else self._new(arrival.journey)
        self._recorder.running += 1
        self._running.start(gevent.Greenlet(self._serve, user, arrival, due))
        return True

    @property
    def running(self) -> int:
        return self._recorder.running

    def drain(self, seconds: float) -> int:
        """Waits for what runs; what does not end in time is ended. Returns how many had to be."""
        self._running.join(timeout=seconds)
        left = len(self._running)
        self._running.kill(timeout=5)
        return left

    def _serve(self, user: Journey, arrival: Arrival, due: int) -> None:
        try:
            user.serve(arrival, due)
        finally:
            self._recorder.running -= 1
            self._idle[arrival.journey].append(user)

    def _new(self, journey: str) -> Journey:
        user = self._journeys[journey](self._environment)
        user.on_start()
        return user
