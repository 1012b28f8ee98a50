"""What a person asked `load` for, from options to values. Reads a replay's file; starts nothing."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from foundation import slo
from foundation.errors import InputError
from foundation.slo import Objective
from loadtests.distributed import starting
from loadtests.planning import replay
from loadtests.planning.arrivals import Stream
from loadtests.planning.locustfile import Locust, journey_of
from loadtests.planning.replay import Replay
from loadtests.profiles import REPLAY

PROCESSES_A_CORE = 16
"""More only wait for each other: each needs a second of a core to start."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The file with what users do, the main journey's name, and how a locustfile is driven."""

    file: Path
    main: str
    locust: Locust | None = None

    @property
    def closed(self) -> bool:
        return self.locust is not None and self.locust.model == "closed"


def target(url: str | None, host: str | None) -> str:
    """The one base URL. Raises InputError: none, or two."""
    if (url is None) == (host is None):
        what = "a load needs a base URL" if url is None else "the base URL is given twice"
        raise InputError(what, hint="give it once: as the argument, or with --host")
    return url or host or ""


def what(
    journeys: Path | None,
    journey: str | None,
    locustfile: Path | None,
    *,
    users: int | None,
    spawn_rate: float | None,
    rate: str | None,
    options: str,
    profiled: bool,
    once: bool = False,
) -> Asked:
    """Raises InputError for what does not go together, with what would."""
    if (journeys is None) == (locustfile is None):
        raise InputError(
            "a load is made of journeys or of a locustfile", hint="give --journeys or --locustfile"
        )
    if once and journeys is None:
        raise InputError("--once shows journeys, not a locustfile", hint="give --journeys and --journey")
    if rate is None and not once and (journeys is not None or profiled):
        raise InputError("how many arrivals?", where="--rate", hint="such as --rate 60/s")
    if journeys is not None:
        return _of_journeys(journeys, journey, users is not None or spawn_rate is not None or bool(options))
    assert locustfile is not None
    return _of_locustfile(locustfile, users, spawn_rate, rate, _split(options))


def machines(
    workers: str | None, expected: int | None, bind: str | None, command: str, processes: int
) -> tuple[int, tuple[str, ...]]:
    """How many processes share a load, and the options of a master that has them on other machines.

    Without workers it is this machine's processes and no options. Raises InputError: options that contradict.
    """
    if workers is None and expected is None:
        if bind is not None:
            raise InputError("--bind is for workers", hint="give --expect-workers or --workers")
        return here(processes), ()
    if workers is not None and (expected is not None or bind is not None):
        raise InputError(
            "workers over SSH come by themselves",
            hint="give --workers, or --expect-workers and --bind",
        )
    if workers is not None:
        named = starting.hosts(workers)
        there = ("--hosts", ",".join(named), "--each", str(processes), "--command", command)
        return len(named) * processes, ("--listen", f"127.0.0.1:{starting.PORT}", *there)
    if expected is None or expected < 1 or processes > 1:
        raise InputError("workers are at least 1, and --processes is theirs", where="--expect-workers")
    listen = starting.address(bind or f"127.0.0.1:{starting.PORT}", "--bind")
    return expected, ("--listen", str(listen))


def here(processes: int) -> int:
    """So many generator processes of this machine. Raises InputError: none, more than it gets started."""
    most = PROCESSES_A_CORE * len(os.sched_getaffinity(0))
    if not 1 <= processes <= most:
        what = f"1 to {most} generator processes on this machine, not {processes:,}"
        raise InputError(what, where="--processes", hint="one for each core is a good number")
    return processes


def profile(name: str, recorded: Path | None, duration: float) -> tuple[str, Replay | None]:
    """The profile's name and, where there is one, the replay. Raises InputError: both, an unreadable file."""
    if recorded is None:
        return name, None
    if name != "constant":
        raise InputError("a replay has its own profile", hint="give --profile or --replay")
    if not duration > 0:
        raise InputError("must be above 0", where="--duration")
    return REPLAY, replay.read(recorded, duration)


def objectives(texts: list[str]) -> list[Objective]:
    """The objectives of --slo. Raises InputError with a caret under the mistake."""
    try:
        return [slo.parse(text) for text in texts]
    except slo.ObjectiveError as error:
        raise InputError(str(error), where="--slo") from error


def streams(main: str, also: list[str]) -> tuple[Stream, ...]:
    """The main journey, and those of --also. Raises InputError: no ratio."""
    return (Stream(journey=main), *(_stream(text) for text in also))


def _stream(text: str) -> Stream:
    journey, _, ratio = text.partition(":")
    try:
        return Stream(journey=journey, ratio=float(ratio))
    except ValueError as error:
        raise InputError(
            f"expected a journey and a ratio such as browse:5, got {text!r}", where="--also"
        ) from error


def quantity(option: str, parse: Callable[[object], float], text: str) -> float:
    """The number in an option's text. Raises InputError, which names the option."""
    try:
        return parse(text)
    except ValueError as error:
        raise InputError(str(error), where=option) from error


def _of_journeys(journeys: Path, journey: str | None, has_locusts: bool) -> Asked:
    if has_locusts:
        raise InputError("--users, --spawn-rate and --locust are a locustfile's", hint="give --locustfile")
    if journey is None:
        raise InputError("which journey does the rate count?", where="--journey", hint="name its main one")
    return Asked(file=journeys, main=journey)


def _split(options: str) -> tuple[str, ...]:
    """Options as a shell would take them apart."""
    try:
        return tuple(shlex.split(options))
    except ValueError as error:
        raise InputError(f"{options!r}: {error}", where="--locust", hint="close the quotation") from error


def _of_locustfile(
    path: Path, users: int | None, spawn_rate: float | None, rate: str | None, options: tuple[str, ...]
) -> Asked:
    main = journey_of(path)
    if rate is not None:
        if users is not None or spawn_rate is not None:
            raise InputError(
                "a rate makes arrivals open, users make them closed: not both",
                hint="give --rate, or --users and --spawn-rate",
            )
        return Asked(file=path, main=main, locust=Locust(model="open", arguments=options))
    driven = Locust(model="closed", users=users or 1, spawn_rate=spawn_rate or 1.0, arguments=options)
    return Asked(file=path, main=main, locust=driven)
