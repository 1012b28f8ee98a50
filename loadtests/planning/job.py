"""What a generator process is told: one JSON file in, one folder of results out. Standard library only."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, get_args

from foundation.errors import InputError
from loadtests import profiles
from loadtests.planning.arrivals import Profile, Scenario, Schedule, Spacing, Stream
from loadtests.planning.bounds import LONGEST, excess_arrivals, excess_rate
from loadtests.planning.locustfile import Locust
from loadtests.profiles.shape import Point

FILE = "job.json"
FORMAT = 1
Connections = Literal["pool", "per-journey"]
_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}")


@dataclass(frozen=True, kw_only=True)
class Retry:
    """A client's budget for one step: seconds for all attempts, for one of them, for pauses between them.

    `attempts` limits their number, too; None: as many as there is time for. An attempt's time-out is meant to
    be above the platform's own, so that the platform answers first.
    """

    attempts: int | None = None
    deadline: float = 30.0
    timeout: float = 10.0
    first_pause: float = 0.05
    longest_pause: float = 2.0


@dataclass(frozen=True, kw_only=True)
class SelfTest:
    """A test of this machine before the load: seconds that arrivals may be late there (p99 of a second).

    Where it is `required`, a machine that fails it sends nothing; else the verdict is told.
    """

    limit: float
    required: bool
    seconds: int = 3


@dataclass(frozen=True, kw_only=True)
class Job:
    """One load test for generator processes. Rates are per second, times in seconds, paths theirs.

    `rate` is the profile's peak; `points` are those of a replay. A user of the pool keeps its connection, or
    opens one for each journey. A job that is `shown` tells every request and its answer. With `locust`,
    `journeys` is a locustfile; in its closed model users decide when requests come: there is no rate and no
    schedule. `web` is the port of Locust's web UI.
    """

    run: str
    target: str
    journeys: str
    streams: tuple[Stream, ...]
    rate: float
    duration: float
    seed: int
    output: str
    profile: str = "constant"
    points: tuple[Point, ...] = ()
    spacing: Spacing = "poisson"
    feeds: str | None = None
    pool: int = 2000
    connections: Connections = "pool"
    retry: Retry = field(default_factory=Retry)
    processes: int = 1
    allowed: tuple[str, ...] = ()
    certificates: str | None = None
    self_test: SelfTest | None = None
    locust: Locust | None = None
    web: int | None = None
    shown: bool = False

    def __post_init__(self) -> None:
        if not _RUN.fullmatch(self.run):
            raise InputError(f"run id {self.run!r}: letters, digits, - and _ only, at most 61")
        if self.locust is not None and (self.locust.users < 1 or not self.locust.spawn_rate > 0):
            raise InputError("users are at least 1, their spawn rate is above 0")
        if not ((self.closed or self.rate > 0) and self.duration > 0):
            raise InputError(f"rate and duration must be above 0, got {self.rate}/s for {self.duration} s")
        if not self.streams or not all(0 < stream.ratio < math.inf for stream in self.streams):
            raise InputError("a load test needs at least one journey, and ratios above 0")
        names = [stream.journey for stream in self.streams]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise InputError(f"the journey {twice!r} is named twice", hint="name it once, with one ratio")
        if min(self.pool, self.processes, 1 if self.retry.attempts is None else self.retry.attempts) < 1:
            raise InputError("pool, processes and attempts are at least 1")
        if self.connections not in get_args(Connections):
            allowed = " or ".join(get_args(Connections))
            raise InputError(f"connections are {allowed}, not {self.connections!r}")
        for stream in self.streams:
            if stream.scenario is not None:
                _check_scenario(stream.journey, stream.scenario, self.duration)
        self._comes_to_an_end()

    def _comes_to_an_end(self) -> None:
        """Raises InputError: no generator would come to the end of it, nobody knows its profile."""
        if self.duration > LONGEST:
            raise InputError(f"{self.duration:g} s: a load takes a week (7d) at most")
        schedule = self.schedule
        if self.closed:  # its users come to an end with it
            return
        excess = excess_rate(self.rate, self.streams) or excess_arrivals(schedule)
        if excess is not None:
            raise InputError(excess[0], hint=excess[1])

    @property
    def closed(self) -> bool:
        """Whether users decide when requests come, as Locust's do, and not a schedule."""
        return self.locust is not None and self.locust.model == "closed"

    @property
    def connecting(self) -> float:
        """Connections a second that are opened anew at the peak."""
        if self.connections != "per-journey":
            return 0.0
        return sum(stream.peak(self.rate) for stream in self.streams)

    @property
    def main(self) -> str:
        """The journey that the rate counts."""
        return self.streams[0].journey

    @property
    def schedule(self) -> Schedule:
        return Schedule(
            profile=profiles.profile(
                self.profile, peak=self.rate, duration=self.duration, points=self.points
            ),
            streams=self.streams,
            duration=self.duration,
            seed=self.seed,
            spacing=self.spacing,
            own=self._own(),
        )

    def span(self, journey: str) -> tuple[float, float]:
        """From when to when a journey's arrivals come, in seconds of the load."""
        own = next((s.scenario for s in self.streams if s.journey == journey and s.scenario), None)
        return (own.start, own.end) if own else (0.0, self.duration)

    def _own(self) -> dict[str, Profile]:
        """The profiles of those streams that come by scenarios of their own."""
        return {
            stream.journey: profiles.profile(
                own.profile, peak=own.rate, duration=own.duration, points=own.points
            )
            for stream in self.streams
            if (own := stream.scenario) is not None
        }

    def write(self, path: Path) -> None:
        path.write_text(json.dumps({"format": FORMAT, **asdict(self)}, indent=2) + "\n")


def read(path: Path) -> Job:
    """The job in a JSON file. Raises InputError: unreadable, another format, unknown or missing keys."""
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InputError(f"not a readable job: {error}", where=str(path)) from error
    if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
        raise InputError(f"not a job of format {FORMAT}", where=str(path))
    return _job(content, path)


def _job(content: Mapping[str, object], path: Path) -> Job:
    values = dict(content)
    try:
        values["streams"] = tuple(_stream(stream) for stream in values["streams"])  # type: ignore[attr-defined]
        values["points"] = tuple((at, share) for at, share in values.get("points", ()))  # type: ignore[attr-defined]
        values["retry"] = Retry(**values.get("retry", {}))  # type: ignore[arg-type]
        asked = values.get("self_test")
        values["self_test"] = SelfTest(**asked) if asked else None  # type: ignore[arg-type]
        driven = values.get("locust")
        values["locust"] = _locust(driven) if driven else None  # type: ignore[arg-type]
        values["allowed"] = tuple(values.get("allowed", ()))  # type: ignore[arg-type]
        return Job(**values)  # type: ignore[arg-type]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"not a job: {error}", where=str(path)) from error


def _check_scenario(journey: str, own: Scenario, duration: float) -> None:
    """Raises InputError: it sends nothing, or not within the load."""
    if not (own.rate > 0 and own.duration > 0 and own.start >= 0):
        what = f"{own.rate}/s from {own.start} s for {own.duration} s"
        raise InputError(f"the scenario of {journey!r}: rate and duration must be above 0, got {what}")
    if own.end > duration + 1e-9:
        raise InputError(f"the scenario of {journey!r} ends {own.end - duration:g} s after the load")


def _stream(values: Mapping[str, object]) -> Stream:
    own = values.get("scenario")
    return Stream(**{**values, "scenario": _scenario(own) if own else None})  # type: ignore[arg-type]


def _scenario(values: Mapping[str, object]) -> Scenario:
    points = tuple((at, share) for at, share in values.get("points", ()))  # type: ignore[attr-defined]
    return Scenario(**{**values, "points": points})  # type: ignore[arg-type]


def _locust(values: Mapping[str, object]) -> Locust:
    return Locust(**{**values, "arguments": tuple(values.get("arguments", ()))})  # type: ignore[arg-type]
