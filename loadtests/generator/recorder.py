"""Records what happens, by the second in which it was due, and writes the latency log and the counters.

Recording appends to arrays; a second's times become histograms when it is written. Writing rests between
lines, so that arrivals which came meanwhile are served before the next one.
"""

from __future__ import annotations

import sys
import traceback
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from loadtests.recording import checks, counters, kinds, latency_log
from loadtests.recording.answers import Answers
from loadtests.recording.checks import Checked
from loadtests.recording.counters import Counted, Counters
from loadtests.recording.histograms import Histogram, of
from loadtests.recording.latency_log import Clock, Interval, LatencyLog

_SECOND = 1_000_000_000
_REST = 0.02  # seconds after a line: several times what making one takes at 10,000 arrivals/s
_NAMES = 1024  # of checks, of which each is made a kind once
_SPREAD = 0.5  # seconds that all rests may take together: writing must keep up with the load


def _nothing() -> str:
    return ""


class SurplusBytes(Exception):  # noqa: N818 - says what happened
    """The server sent more than it was asked for."""

    def __init__(self, journey: str) -> None:
        self.kind = f"{journey}: surplus bytes: the server sent more than it was asked for"
        super().__init__(self.kind)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """The first of its kind: how it looked, when it was due, what the platform had answered last."""

    kind: str
    journey: str
    second: int
    traceback: str
    answer: str = ""


class Times:
    """One series in one second: each clock's times in ns, as they came."""

    __slots__ = ("_by_clock", "dispatch", "response", "service")

    def __init__(self) -> None:
        self.dispatch, self.service, self.response = array("q"), array("q"), array("q")
        self._by_clock = {
            Clock.DISPATCH: self.dispatch,
            Clock.SERVICE: self.service,
            Clock.RESPONSE: self.response,
        }

    def of(self, clock: Clock) -> array[int]:
        return self._by_clock[clock]

    def histograms(self) -> Iterator[tuple[Clock, Histogram]]:
        """One histogram for each clock that measured anything."""
        return ((clock, of(found)) for clock, found in self._by_clock.items() if found)


class Recorder:
    """It is told everything in monotonic nanoseconds; `started` is when the load starts. `give_way` rests."""

    def __init__(self, folder: Path, *, give_way: Callable[[float], None]) -> None:
        self.started = 0
        self._folder = folder
        self._give_way = give_way
        self._times: defaultdict[int, defaultdict[str, Times]] = defaultdict(lambda: defaultdict(Times))
        self._counters: defaultdict[int, defaultdict[str, Counters]] = defaultdict(
            lambda: defaultdict(Counters)
        )
        self._log: LatencyLog
        self._counted = (folder / counters.FILE).open("w", encoding="utf-8")
        self._answered: defaultdict[str, array[int]] = defaultdict(lambda: array("q"))
        self.running = 0
        self.starved = self.surplus = 0
        self.totals: defaultdict[str, Counters] = defaultdict(Counters)
        self.dispatch = Histogram()
        self.failures: dict[str, Failure] = {}
        self.kinds: defaultdict[str, int] = defaultdict(int)
        self.left_out: defaultdict[str, int] = defaultdict(int)
        self.answers: defaultdict[str, Answers] = defaultdict(Answers)
        self.checks: defaultdict[str, dict[str, Checked]] = defaultdict(dict)
        self._named = lru_cache(maxsize=_NAMES)(kinds.told)

    def begin(self, *, started: int, started_at: int) -> None:
        """The load starts: monotonic ns, and ns since the epoch."""
        self.started = started
        self._log = LatencyLog(self._folder / latency_log.FILE, started_at)

    @property
    def intervals(self) -> int:
        return self._log.intervals

    def count(self, journey: str, due: int) -> Counters:
        """The counters of a journey, or of a step, for the second in which it was due, to be increased."""
        return self._counters[(due - self.started) // _SECOND][journey]

    def step(self, series: str, due: int, *, wrong: bool) -> None:
        """Counts a step that was one request, of a client that repeats nothing by itself."""
        counters = self.count(series, due)
        counters.done += 1
        counters.attempts += 1
        counters.attempt_errors += wrong
        counters.errors += wrong

    def times(self, series: str, due: int) -> Times:
        """The times of a series for the second in which it was due, to be appended to at once."""
        return self._times[(due - self.started) // _SECOND][series]

    def latency(self, series: str, clock: Clock, due: int, value: int) -> None:
        """One measured time in ns, put where it was due."""
        self.times(series, due).of(clock).append(value)
        if clock is Clock.RESPONSE and "/" not in series:
            self.ended(series, value)

    def ended(self, journey: str, response: int) -> None:
        """A journey has just ended, after so many ns: for what is told while the load runs."""
        self._answered[journey].append(response)

    def check(self, journey: str, what: str, holds: bool) -> None:
        """Counts what a journey checked, by its name."""
        known, name = self.checks[journey], self._named(what)
        found = known.get(name)
        if found is None:
            name = checks.OTHERS if len(known) >= checks.MOST else name
            found = known.setdefault(name, Checked())
        found.add(holds=holds)

    def failure(
        self, journey: str, due: int, error: BaseException, answer: Callable[[], str] = _nothing
    ) -> None:
        """Counts an error by its kind; keeps the first traceback of each, and what was answered before it."""
        kind = getattr(error, "kind", None) or f"{journey}: {type(error).__name__}: {kinds.told(str(error))}"
        if kind not in self.failures and len(self.failures) >= kinds.MOST:
            kind = f"{journey}: {kinds.OTHERS}"
        self.kinds[kind] += 1
        if kind not in self.failures:
            self.failures[kind] = Failure(
                kind=kind,
                journey=journey,
                second=(due - self.started) // _SECOND,
                traceback="".join(traceback.format_exception(error)),
                answer=answer(),
            )

    def unasked(self, journey: str, now: int) -> None:
        """On one connection more came than was asked for."""
        self.surplus += 1
        self.failure(journey, max(now, self.started), SurplusBytes(journey))

    def answered(self, journey: str) -> Histogram:
        """Response times of what ended since this was asked last, whenever it was due; of one journey."""
        found, self._answered = self._answered, defaultdict(lambda: array("q"))
        return of(found.get(journey, ()))

    def write(self, before: int = sys.maxsize) -> Counters:
        """Writes and forgets all seconds before one; returns the sum of what was counted in them."""
        written = Counters()
        for second in sorted(second for second in self._counters if second < before):
            for journey, found in self._counters.pop(second).items():
                self._write_counters(second, journey, found)
                if "/" not in journey:
                    written.add(found)
        over = sorted(second for second in self._times if second < before)
        rest = min(_REST, _SPREAD / max(sum(len(self._times[second]) * len(Clock) for second in over), 1))
        for second in over:
            self._write_times(second, rest)
        self._log.flush()
        self._counted.flush()
        return written

    def close(self) -> None:
        """Writes what is left and ends both files properly."""
        self.write()
        self._log.close()
        self._counted.close()

    def _write_counters(self, second: int, journey: str, found: Counters) -> None:
        if "/" not in journey:
            self.totals[journey].add(found)
        self._counted.write(
            counters.line(Counted(second=second, journey=journey, running=self.running, counters=found))
        )

    def _write_times(self, second: int, rest: float) -> None:
        for series, times in self._times.pop(second).items():
            for clock, histogram in times.histograms():
                if clock is Clock.DISPATCH and "/" not in series:
                    self.dispatch.add(histogram)
                self._log.write(Interval(series=series, clock=clock, second=second, histogram=histogram))
                self._give_way(rest)
