"""What a load test measured, read from its folder: histograms, counters and the ledger. Pure after reading.

Whatever is missing or cut off is a problem in words, never an exception: a broken run still has a report.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TypeVar

from foundation.errors import InputError
from loadtests.distributed import clocks
from loadtests.distributed.clocks import Crew
from loadtests.planning import job
from loadtests.planning.job import Job
from loadtests.recording import answers, checks, counters, latency_log, ledger, summary
from loadtests.recording.answers import Answers
from loadtests.recording.checks import Checked
from loadtests.recording.counters import Counters
from loadtests.recording.histograms import Histogram, merged
from loadtests.recording.latency_log import Clock
from loadtests.recording.ledger import Entry, Intent
from loadtests.recording.summary import Summary

_SECOND = 1_000_000_000
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class Window:
    """A time since the start of the load, in seconds; it takes every second it touches."""

    start: float
    end: float

    def touches(self, second: int) -> bool:
        return second < self.end and second + 1 > self.start


@dataclass(frozen=True, kw_only=True)
class FirstFailure:
    """The first failure of its kind, its traceback, the answer before it, and how many there were."""

    kind: str
    journey: str
    second: int
    count: int
    traceback: str
    answer: str = ""


@dataclass(frozen=True, kw_only=True)
class Measurements:
    """All workers' figures, by the second in which a journey was due (0 is the start of the load).

    `steps` are counted by "journey/step"; `crew` has the clocks of a load of several machines.
    """

    job: Job
    folders: tuple[Path, ...]
    summaries: tuple[Summary, ...]
    histograms: Mapping[tuple[str, Clock], Mapping[int, Histogram]]
    counters: Mapping[str, Mapping[int, Counters]]
    running: Mapping[int, int]
    failures: tuple[FirstFailure, ...]
    problems: tuple[str, ...]
    crew: Crew | None = None
    steps: Mapping[str, Mapping[int, Counters]] = field(default_factory=dict)

    @property
    def started_at(self) -> int | None:
        """When the load started, ns since the epoch; None when nobody lived to say it."""
        return min((found.started_at for found in self.summaries), default=None)

    @property
    def seconds(self) -> range:
        """The seconds in which arrivals were due."""
        return range(-int(-self.job.duration // 1))

    @property
    def ran(self) -> float:
        """Seconds in which requests were made: the load's, fewer if it was ended early, more if it drained.

        Less than a second of draining is none: the last answers of any load take so long.
        """
        took = max((found.ended_at - found.started_at for found in self.summaries), default=0) / _SECOND
        early = any(found.interrupted or found.ended_itself for found in self.summaries)
        load = self.job.duration
        return took if took > load + 1 or (early and 0 < took < load) else load

    @property
    def series(self) -> tuple[str, ...]:
        """Every journey and journey/step that was measured."""
        return tuple(sorted({series for series, _ in self.histograms}))

    @property
    def judged(self) -> range:
        """The seconds with all that is of the load's arrivals: later steps are due after its last one."""
        known = [*self.histograms.values(), *self.counters.values()]
        last = max((max(found, default=0) for found in known), default=0)
        return range(max(len(self.seconds), last + 1))

    @property
    def answers(self) -> dict[str, Answers]:
        """What requests of each series were answered, those of all workers."""
        return answers.summed(found.answers for found in self.summaries)

    @property
    def checks(self) -> dict[str, dict[str, Checked]]:
        """What each journey checked, by name."""
        return checks.summed(found.checks for found in self.summaries)

    def inside(self, windows: Sequence[Window]) -> list[int]:
        return [second for second in self.judged if any(w.touches(second) for w in windows)]

    def outside(self, windows: Sequence[Window]) -> list[int]:
        return [second for second in self.judged if not any(w.touches(second) for w in windows)]

    def histogram(
        self, series: str, clock: Clock = Clock.RESPONSE, seconds: Collection[int] | None = None
    ) -> Histogram:
        """The merged histogram of a series over some seconds (all by default); it may be empty."""
        found = self.histograms.get((series, clock), {})
        return merged(_of(found, seconds))

    def totals(self, journey: str | None = None, seconds: Collection[int] | None = None) -> Counters:
        """The summed counters of a journey (all by default) or a step, over some seconds (all by default)."""
        total = Counters()
        of_steps = journey is not None and "/" in journey
        for name, found in (self.steps if of_steps else self.counters).items():
            for figures in _of(found, seconds) if journey in (None, name) else ():
                total.add(figures)
        return total

    def over_time(
        self, series: str, quantiles: Sequence[float], clock: Clock = Clock.RESPONSE, width: int = 1
    ) -> dict[int, tuple[float, ...]]:
        """Percentiles in seconds of time, by the first second of each `width` seconds; gaps have no entry."""
        points = {}
        for start in range(0, len(self.seconds), width):
            histogram = self.histogram(series, clock, range(start, start + width))
            if histogram.counts:
                points[start] = tuple(histogram.percentile(quantile) / _SECOND for quantile in quantiles)
        return points

    def count(self, journey: str, name: str) -> dict[int, int]:
        """One counter of a journey by second, such as "wanted"; every second of the load has an entry."""
        found = self.counters.get(journey, {})
        return {second: getattr(found.get(second, Counters()), name) for second in self.seconds}

    def ledger(self) -> Iterator[Entry]:
        """All ledger entries, worker by worker. Raises ValueError at a line that is cut off."""
        return chain.from_iterable(ledger.read(folder / ledger.FILE) for folder in self.folders)


def _of(found: Mapping[int, V], seconds: Collection[int] | None) -> Iterator[V]:
    """What was found in some seconds (all by default), in a time that grows with the fewer of both: weeks."""
    if seconds is None:
        yield from found.values()
    elif len(seconds) < len(found):
        yield from (found[second] for second in dict.fromkeys(seconds) if second in found)
    else:
        chosen = set(seconds)
        yield from (value for second, value in found.items() if second in chosen)


def read(output: Path) -> Measurements:
    """The measurements in a job's output folder. Raises InputError when no generator ever started there."""
    folders = tuple(sorted(path.parent for path in output.glob(f"worker-*/{job.FILE}")))
    if not folders:
        raise InputError("no measurements here: no generator got as far as starting", where=str(output))
    reader = _Reader()
    for folder in folders:
        reader.read(folder)
    crew = reader.crew(output)
    asked = job.read(folders[0] / job.FILE)
    reader.problems += reader.missing(closed=asked.closed)
    return Measurements(
        job=asked,
        folders=folders,
        summaries=tuple(reader.summaries),
        histograms=reader.histograms,
        counters=reader.counters,
        running=reader.running,
        failures=tuple(reader.failures.values()),
        problems=tuple(reader.problems),
        crew=crew,
        steps=reader.steps,
    )


class _Reader:
    """Adds up workers' folders."""

    def __init__(self) -> None:
        self.histograms: defaultdict[tuple[str, Clock], defaultdict[int, Histogram]] = defaultdict(
            lambda: defaultdict(Histogram)
        )
        self.counters: defaultdict[str, defaultdict[int, Counters]] = defaultdict(
            lambda: defaultdict(Counters)
        )
        self.steps: defaultdict[str, defaultdict[int, Counters]] = defaultdict(lambda: defaultdict(Counters))
        self.running: defaultdict[int, int] = defaultdict(int)
        self.summaries: list[Summary] = []
        self.failures: dict[str, FirstFailure] = {}
        self.problems: list[str] = []

    def read(self, folder: Path) -> None:
        self._attempt(self._latencies, folder)
        self._attempt(self._counters, folder)
        self._attempt(self._failures, folder)
        self._attempt(self._summary, folder)

    def crew(self, output: Path) -> Crew | None:
        """The workers of a load of several machines."""
        try:
            return clocks.read(output)
        except ValueError as error:
            self.problems.append(str(error))
            return None

    def missing(self, *, closed: bool) -> list[str]:
        """Journeys that were counted but whose times are not in the log, or the other way round.

        In the closed model nothing is due, so there is no dispatch clock.
        """
        clocks = [("dispatched", Clock.DISPATCH), ("done", Clock.RESPONSE)]
        timed = [series for series, _ in self.histograms if "/" not in series]
        return [
            f"{journey}: {counted:,} journeys were {word}, the latency log has {logged:,}"
            for journey in dict.fromkeys([*self.counters, *timed])
            for word, clock in clocks[closed:]
            if (counted := sum(getattr(figures, word) for figures in self.counters[journey].values()))
            != (logged := sum(h.total for h in self.histograms[journey, clock].values()))
        ]

    def _attempt(self, part: Callable[[Path], None], folder: Path) -> None:
        try:
            part(folder)
        except (OSError, ValueError) as error:
            self.problems.append(str(error))

    def _latencies(self, folder: Path) -> None:
        for found in latency_log.read(folder / latency_log.FILE):
            self.histograms[found.series, found.clock][found.second].add(found.histogram)

    def _counters(self, folder: Path) -> None:
        running: dict[int, int] = {}
        for found in counters.read(folder / counters.FILE):
            which = self.steps if "/" in found.journey else self.counters
            which[found.journey][found.second].add(found.counters)
            running[found.second] = max(found.running, running.get(found.second, 0))
        for second, number in running.items():
            self.running[second] += number

    def _failures(self, folder: Path) -> None:
        for found in _failures(folder / summary.ERRORS):
            known = self.failures.get(found.kind, found)
            total = found.count + (known.count if known is not found else 0)
            self.failures[found.kind] = replace(min(known, found, key=lambda f: f.second), count=total)

    def _summary(self, folder: Path) -> None:
        found = summary.read(folder)
        self.summaries.append(found)
        self.problems += [f"{folder}: {problem}" for problem in _ledger_problems(folder, found)]


def _failures(path: Path) -> list[FirstFailure]:
    """The failures in a file. Raises ValueError: none, or of another kind."""
    try:
        return _listed(json.loads(path.read_text()))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not a list of failures") from error


def _listed(found: object) -> list[FirstFailure]:
    if not isinstance(found, list):
        raise TypeError("no list")
    return [
        FirstFailure(
            kind=str(values["kind"]),
            journey=str(values["journey"]),
            second=int(str(values["second"])),
            count=int(str(values["count"])),
            traceback=str(values["traceback"]),
            answer=str(values.get("answer", "")),
        )
        for values in found
    ]


def _ledger_problems(folder: Path, found: Summary) -> Iterable[str]:
    """What is missing in a ledger, by what its writer counted."""
    if found.ledger_failure:
        yield found.ledger_failure
    open_intents: set[str] = set()
    intents = outcomes = 0
    for entry in ledger.read(folder / ledger.FILE):
        if isinstance(entry, Intent):
            intents += 1
            open_intents.add(entry.key)
        else:
            outcomes += 1
            open_intents.discard(entry.key)
    if (intents, outcomes) != (found.intents, sum(found.outcomes.values())):
        yield f"the ledger has {intents} intents and {outcomes} outcomes, its writer counted others"
    if open_intents:
        yield f"{len(open_intents)} intents in the ledger have no outcome"
