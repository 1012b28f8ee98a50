"""Records what happens, by the second in which it was due, and writes the latency log and the counters.

Recording is a dictionary's increment; writing yields between lines, so that arrivals are not held up by it.
"""

from __future__ import annotations

import sys
import traceback
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from loadtests import counters, latency_log
from loadtests.counters import Counted, Counters
from loadtests.histograms import Histogram, merged
from loadtests.latency_log import Clock, Interval, LatencyLog

_SECOND = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Failure:
    """The first of its kind: how it looked, when it was due, and how often the kind came."""

    kind: str
    journey: str
    second: int
    traceback: str


class Recorder:
    """`started` is when the load starts; it is told everything in monotonic nanoseconds."""

    def __init__(self, folder: Path, *, started: int, started_at: int, give_way: Callable[[], None]) -> None:
        self._started = started
        self._give_way = give_way
        self._latencies: defaultdict[int, defaultdict[tuple[str, Clock], Histogram]] = defaultdict(
            lambda: defaultdict(Histogram)
        )
        self._counters: defaultdict[int, defaultdict[str, Counters]] = defaultdict(
            lambda: defaultdict(Counters)
        )
        self._log = LatencyLog(folder / latency_log.FILE, started_at)
        self._counted = (folder / counters.FILE).open("w", encoding="utf-8")
        self.running = 0
        self.starved = 0
        self.totals: defaultdict[str, Counters] = defaultdict(Counters)
        self.dispatch = Histogram()
        self.failures: dict[str, Failure] = {}
        self.kinds: defaultdict[str, int] = defaultdict(int)

    @property
    def intervals(self) -> int:
        return self._log.intervals

    def count(self, journey: str, due: int) -> Counters:
        """The counters of a journey for the second in which it was due, to be increased."""
        return self._counters[(due - self._started) // _SECOND][journey]

    def latency(self, series: str, clock: Clock, due: int, value: int) -> None:
        """One measured time in ns, put where it was due."""
        self._latencies[(due - self._started) // _SECOND][series, clock].record(value)

    def failure(self, journey: str, due: int, error: BaseException) -> None:
        """Counts an error by its kind and keeps the first traceback of each."""
        kind = getattr(error, "kind", None) or f"{journey}: {type(error).__name__}: {str(error)[:120]}"
        self.kinds[kind] += 1
        if kind not in self.failures and len(self.failures) < 50:
            self.failures[kind] = Failure(
                kind=kind,
                journey=journey,
                second=(due - self._started) // _SECOND,
                traceback="".join(traceback.format_exception(error)),
            )

    def snapshot(self, second: int, series: str) -> Histogram:
        """Response times of one second so far."""
        found = self._latencies.get(second)
        return (
            merged([found[series, Clock.RESPONSE]])
            if found and (series, Clock.RESPONSE) in found
            else Histogram()
        )

    def write(self, before: int = sys.maxsize) -> Counters:
        """Writes and forgets all seconds before one; returns the sum of what was counted in them."""
        written = Counters()
        for second in sorted(second for second in self._counters if second < before):
            for journey, found in self._counters.pop(second).items():
                self._write_counters(second, journey, found)
                written.add(found)
        for second in sorted(second for second in self._latencies if second < before):
            self._write_latencies(second)
        self._log.flush()
        self._counted.flush()
        return written

    def close(self) -> None:
        """Writes what is left and ends both files properly."""
        self.write()
        self._log.close()
        self._counted.close()

    def _write_counters(self, second: int, journey: str, found: Counters) -> None:
        self.totals[journey].add(found)
        self._counted.write(
            counters.line(Counted(second=second, journey=journey, running=self.running, counters=found))
        )

    def _write_latencies(self, second: int) -> None:
        found = self._latencies.pop(second)
        arrivals = [
            h for (series, clock), h in found.items() if clock is Clock.DISPATCH and "/" not in series
        ]
        self.dispatch.add(merged(arrivals))
        for (series, clock), histogram in found.items():
            self._log.write(Interval(series=series, clock=clock, second=second, histogram=histogram))
            self._give_way()
