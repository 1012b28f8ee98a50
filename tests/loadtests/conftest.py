"""Shops that run as processes, and load tests on them through the real generator process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from loadtests.judging import measurements
from loadtests.judging.measurements import Measurements
from loadtests.local import generate
from loadtests.planning.arrivals import Spacing, Stream
from loadtests.planning.job import Job, Retry
from loadtests.recording.progress import Event

HERE = Path(__file__).parent
COMMAND = (
    "import sys; from foundation import console; from loadtests.cli import app; sys.exit(console.run(app))"
)
"""`peakproof load` as a program of its own, for Python's -c."""


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Waits for a condition, up to a deadline."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


@dataclass
class RunningShop:
    """A shop process: killed and started again on the same port with the same books."""

    books: Path
    behaviour: dict[str, object]
    port: int = 0
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        arguments = [str(self.port), str(self.books), json.dumps(self.behaviour)]
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "shop.py"), *arguments], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def committed(self) -> list[dict[str, object]]:
        """Every order in the books, in order: {"key": ..., "order": ...}."""
        return (
            [json.loads(line) for line in self.books.read_text().splitlines()] if self.books.exists() else []
        )


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Callable[..., RunningShop]]:
    """Starts shops with a known behaviour: shop(stall=[[1, 0.5]])."""
    started: list[RunningShop] = []

    def start(**behaviour: object) -> RunningShop:
        found = RunningShop(books=tmp_path / f"books-{len(started)}.jsonl", behaviour=behaviour)
        found.start()
        started.append(found)
        return found

    yield start
    for found in started:
        found.kill()


@dataclass(frozen=True)
class Loader:
    """Makes jobs of the tests' journeys and runs them."""

    folder: Path

    def job(
        self,
        url: str,
        journey: str,
        *,
        rate: float = 100,
        duration: float = 1,
        also: Sequence[Stream] = (),
        spacing: Spacing = "even",
        seed: int = 7,
        pool: int = 2000,
        retry: Retry | None = None,
        journeys: Path = HERE / "journeys.py",
        feeds: Path | None = None,
        processes: int = 1,
    ) -> Job:
        return Job(
            run="test-run",
            target=url,
            journeys=str(journeys),
            streams=(Stream(journey=journey), *also),
            rate=rate,
            duration=duration,
            seed=seed,
            output=str(self.folder / "out"),
            spacing=spacing,
            pool=pool,
            retry=retry or Retry(deadline=5, timeout=2),
            feeds=str(feeds) if feeds else None,
            processes=processes,
        )

    def elsewhere(self, job: Job, name: str) -> Job:
        """The same job once more, with its results in a folder of their own."""
        return replace(job, output=str(self.folder / name))

    def run(self, job: Job, listen: Callable[[Event], None] = lambda _: None) -> Measurements:
        generate(job, listen)
        return measurements.read(Path(job.output))


@pytest.fixture
def loader(tmp_path: Path) -> Loader:
    return Loader(tmp_path)
