"""What a master knows of one worker: its clock, what it said, and the results that come back from it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from loadtests.distributed import parcels
from loadtests.distributed.clocks import Exchange, Offset
from loadtests.planning.job import FILE, Job


@dataclass(kw_only=True)
class Member:
    """A worker by its number; `client` is Locust's name of its connection."""

    worker: int
    client: str
    host: str
    ready: bool = False
    ended: bool = False
    lost: bool = False
    status: int = 0
    before: Offset | None = None
    after: Offset | None = None
    absent: float | None = None  # since when Locust does not know it
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"worker {self.worker} ({self.host})"


class Delivery:
    """A worker's results: pieces are put where they belong, and count once, when all of them are whole."""

    def __init__(self, job: Job, worker: int) -> None:
        self._job = job
        self._folder = Path(job.output) / f"worker-{worker}"
        self._draft = Path(job.output) / f"arriving-{worker}"

    def piece(self, name: str, at: int, content: bytes) -> None:
        """A piece of a file; again is no different from once."""
        path = parcels.within(self._draft, name)
        self._draft.mkdir(parents=True, exist_ok=True)
        path.touch()
        with path.open("r+b") as file:
            file.seek(at)
            file.write(content)

    def complete(self, sums: Mapping[str, str]) -> bool:
        """Takes the results if every file is there as it was sent; False when not, or when there is none."""
        whole = bool(sums) and all(self._holds(name, sum_) for name, sum_ in sums.items())
        if whole and not self._folder.exists():
            self._draft.rename(self._folder)
            self._job.write(self._folder / FILE)  # the worker's has its own paths
        return whole

    def drop(self) -> None:
        """Forgets what came in part."""
        shutil.rmtree(self._draft, ignore_errors=True)

    def _holds(self, name: str, expected: str) -> bool:
        path = parcels.within(self._draft, name)
        return path.is_file() and parcels.digest(path) == expected
