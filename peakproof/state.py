"""What the stages of a rehearsal work with, and what they have come to. People see them on a screen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from environments.containers.building import Watch
from environments.environment import Environment
from environments.fleet import Fleet
from foundation.errors import InputError, PeakproofError
from loadtests.capacity.trials import Observation
from loadtests.judging.abort import Hopeless
from loadtests.judging.measurements import Measurements
from loadtests.planning.job import Job
from loadtests.recording.progress import Event
from peakproof import seeding
from peakproof.conservation import Conservation
from peakproof.inside import Seen
from peakproof.results import CapacityFound, Data, StageTime
from peakproof.season import Season
from peakproof.targets import Planned
from peakproof.timeline import Happened, Missed


class Screen(Protocol):
    """Where a rehearsal tells people how it goes."""

    @contextlib.contextmanager
    def nodes(self) -> Iterator[Watch]: ...

    @contextlib.contextmanager
    def copying(self) -> Iterator[seeding.Progress]: ...

    @contextlib.contextmanager
    def load(self, job: Job) -> Iterator[Callable[[Event], None]]: ...

    def fault(self, fault: Planned, node: str) -> None: ...

    def search(self, trials: int) -> Callable[[Observation], None]: ...


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What every stage works with. `built`: image name -> id; `folder` takes the report.

    `command` is what a person typed; `can`: what this machine is capable of, of what the faults need;
    `standing`: the stack that is rehearsed in, and neither brought up nor emptied nor taken down.
    """

    fleet: Fleet
    built: Mapping[str, str]
    folder: Path
    screen: Screen
    command: str = ""
    can: frozenset[str] = frozenset()
    standing: Environment | None = None


@dataclass(frozen=True, kw_only=True)
class State:
    """What a rehearsal has come to. Parts that it did not come to are None.

    `died` kept the load from its end; `left` says what the take-down did not remove.
    """

    season: Season
    run: str
    was_up: bool = False
    target: Environment | None = None
    source: Environment | None = None
    data: Data | None = None
    measured: Measurements | None = None
    happened: tuple[Happened, ...] = ()
    missed: tuple[Missed, ...] = ()
    compared: Conservation | None = None
    seen: Seen | None = None
    capacity: CapacityFound | None = None
    in_trials: tuple[Conservation, ...] = ()
    interrupted: bool = False
    died: PeakproofError | None = None
    hopeless: Hopeless | None = None
    left: tuple[str, ...] = ()
    times: tuple[StageTime, ...] = field(default=())

    @property
    def database(self) -> str:
        """The service that holds the platform's data. Raises InputError when there is none."""
        service = self.season.database
        if service is None:
            raise InputError("the definition has no database: a rehearsal has to look into the books")
        return service
