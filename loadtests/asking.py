"""What a person asked `load run` for: journeys or a locustfile, open or closed. Pure; starts nothing."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from foundation.errors import InputError
from loadtests.locustfile import Locust, journey_of


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
) -> Asked:
    """Raises InputError for what does not go together, with what would."""
    if (journeys is None) == (locustfile is None):
        raise InputError(
            "a load is made of journeys or of a locustfile", hint="give --journeys or --locustfile"
        )
    if rate is None and (journeys is not None or profiled):
        raise InputError("how many arrivals?", where="--rate", hint="such as --rate 60/s")
    if journeys is not None:
        return _of_journeys(journeys, journey, users is not None or spawn_rate is not None or bool(options))
    assert locustfile is not None
    return _of_locustfile(locustfile, users, spawn_rate, rate, tuple(shlex.split(options)))


def _of_journeys(journeys: Path, journey: str | None, has_locusts: bool) -> Asked:
    if has_locusts:
        raise InputError("--users, --spawn-rate and --locust are a locustfile's", hint="give --locustfile")
    if journey is None:
        raise InputError("which journey does the rate count?", where="--journey", hint="name its main one")
    return Asked(file=journeys, main=journey)


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
