"""The dispatcher: starts each arrival when it is due, at once when it is late. Never waits for an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic_ns
from typing import Protocol

import gevent

from loadtests.generator.recorder import Recorder
from loadtests.planning.arrivals import Arrival

_SECOND = 1_000_000_000
# Late arrivals are started in one go; after so many the ones already started get to send theirs.
_BURST = 32


class Takes(Protocol):
    """Users that arrivals are given to."""

    def give(self, arrival: Arrival, due: int) -> bool: ...


def dispatch(
    arrivals: Iterable[Arrival], pool: Takes, recorder: Recorder, started: int, stopped: Callable[[], bool]
) -> None:
    """Gives every arrival to the pool at `started` + its offset (monotonic ns), until `stopped` says so."""
    burst = 0
    for arrival in arrivals:
        due = started + arrival.offset
        early = due - monotonic_ns()
        if early > 0 or burst >= _BURST:
            gevent.sleep(max(early, 0) / _SECOND)
            burst = 0
        if stopped():
            return
        burst += 1
        counters = recorder.count(arrival.journey, due)
        counters.wanted += 1
        if pool.give(arrival, due):
            counters.dispatched += 1
        else:
            counters.turned_away += 1
