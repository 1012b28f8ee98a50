"""What a person wants of `load run`: options as values, from the command line or a run file; their job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from foundation import units
from foundation.errors import InputError
from foundation.slo import Objective
from loadtests import asking
from loadtests.asking import Asked
from loadtests.judging import abort
from loadtests.judging.abort import Rule
from loadtests.judging.validity import delay_limit
from loadtests.planning import ramps
from loadtests.planning.arrivals import Stream
from loadtests.planning.job import Job, SelfTest
from loadtests.planning.ramps import Ramp
from loadtests.planning.replay import Replay
from loadtests.profiles import REPLAY


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Every option of `load run` under its name, as it was written: what is not has the command's default.

    `scenarios` and `points` come from a run file only.
    """

    url: str | None
    host: str | None
    journeys: Path | None
    journey: str | None
    also: Sequence[str] | None
    rate: str | None
    duration: str
    profile: str
    replay: Path | None
    ramp: Path | None
    seed: int
    slo: Sequence[str] | None
    feeds: Path | None
    out: Path | None
    allow: Sequence[str] | None
    ca: Path | None
    abort_on: Sequence[str] | None
    junit: Path | None
    web: int | None
    metrics: int | None
    locustfile: Path | None
    users: int | None
    spawn_rate: float | None
    locust: str
    processes: int
    workers: str | None
    worker_command: str
    expect_workers: int | None
    bind: str | None
    pool: int
    connections: str
    evenly: bool
    no_self_test: bool
    once: bool
    scenarios: tuple[Stream, ...] = ()
    points: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Load:
    """A job, what is promised of it, and what it is made from; `master` are the options of its workers."""

    job: Job
    objectives: list[Objective]
    rules: list[Rule]
    master: Sequence[str]
    replayed: Replay | None


def load(wanted: Wanted, run: str) -> Load:
    """The load that is wanted, under a run's name. Raises InputError: what does not go together."""
    objectives = asking.objectives(list(wanted.slo or []))
    rules = [abort.parse(text) for text in wanted.abort_on or []]
    ramp = _ramp(wanted)
    seconds = ramp.duration if ramp else asking.quantity("--duration", units.duration, wanted.duration)
    named, replayed = asking.profile(wanted.profile, wanted.replay, seconds)
    asked = asking.what(
        wanted.journeys, wanted.journey, wanted.locustfile, users=wanted.users, spawn_rate=wanted.spawn_rate,
        rate="ramp" if ramp else wanted.rate, options=wanted.locust, profiled=named != "constant",
        once=wanted.once,
    )  # fmt: skip
    shared, master = asking.machines(
        wanted.workers, wanted.expect_workers, wanted.bind, wanted.worker_command, wanted.processes
    )
    points = replayed.points if replayed else ramp.points if ramp else wanted.points
    job = Job(
        run=run,
        target=asking.target(wanted.url, wanted.host),
        journeys=str(asked.file.resolve()),
        streams=wanted.scenarios or asking.streams(asked.main, list(wanted.also or [])),
        rate=ramp.peak if ramp else _rate(wanted),
        duration=seconds,
        profile=REPLAY if points else named,
        points=points,
        seed=wanted.seed,
        output=str((wanted.out or Path("report") / run).resolve()),
        spacing="even" if wanted.evenly else "poisson",
        feeds=str(wanted.feeds.resolve()) if wanted.feeds else None,
        pool=wanted.pool,
        connections=wanted.connections,  # type: ignore[arg-type]  # Job says what is allowed
        certificates=str(wanted.ca.resolve()) if wanted.ca else None,
        processes=shared,
        allowed=tuple(wanted.allow or []),
        self_test=_self_test(wanted, asked, objectives),
        locust=asked.locust,
        web=wanted.web,
    )
    return Load(job=job, objectives=objectives, rules=rules, master=master, replayed=replayed)


def _rate(wanted: Wanted) -> float:
    return asking.quantity("--rate", units.rate, wanted.rate) if wanted.rate else float(wanted.once)


def _ramp(wanted: Wanted) -> Ramp | None:
    """The ramp in a file. Raises InputError: something else says the same, too."""
    if wanted.ramp is None:
        return None
    if wanted.rate is not None or wanted.replay is not None or wanted.profile != "constant":
        raise InputError(
            "a ramp has its own rates", where="--ramp", hint="leave out --rate, --profile, --replay"
        )
    return ramps.read(wanted.ramp)


def _self_test(wanted: Wanted, asked: Asked, objectives: Sequence[Objective]) -> SelfTest | None:
    if wanted.no_self_test or asked.closed:
        return None
    return SelfTest(limit=delay_limit(objectives), required=True)
