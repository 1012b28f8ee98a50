"""What all users of a generator share: job, target, clocks, recorder, ledger, feeds. Decides nothing."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic_ns, time_ns

import gevent
from locust.env import Environment

from loadtests.generator.locustfiles.hearing import Names
from loadtests.generator.publishing import Broker, broker
from loadtests.generator.recorder import Recorder
from loadtests.planning.arrivals import Draws
from loadtests.planning.feeds import Row
from loadtests.planning.job import Job
from loadtests.planning.targets import Target
from loadtests.recording import ledger
from loadtests.recording.ledger import Ledger
from loadtests.recording.progress import Event


def _nobody(_: Event) -> None:
    """Hears of no exchange: a load shows none."""


class Beginning:
    """The load's start on both clocks, in ns: now, until it is agreed; then the monotonic one is read."""

    def __init__(self) -> None:
        self.agree(time_ns())

    def agree(self, at: int) -> None:
        """The load starts at `at`, ns since the epoch."""
        self.at, self.monotonic = at, monotonic_ns() + at - time_ns()

    def now(self) -> int:
        """Nanoseconds since the epoch, by the monotonic clock."""
        return self.at + monotonic_ns() - self.monotonic


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Shared by all users of one process, which is one `worker` of the job's processes."""

    job: Job
    worker: int
    target: Target
    context: ssl.SSLContext | None
    beginning: Beginning
    recorder: Recorder
    ledger: Ledger
    feeds: Mapping[str, tuple[Row, ...]]
    draws: Mapping[str, Draws]
    tell: Callable[[Event], None] = _nobody

    def begin(self, at: int) -> None:
        """The start is agreed, in ns since the epoch: from now on times and counts are recorded."""
        self.beginning.agree(at)
        self.recorder.begin(started=self.beginning.monotonic, started_at=at)

    def close(self) -> None:
        """Writes all that is left."""
        self.ledger.close()
        self.recorder.close()

    @property
    def cap(self) -> int:
        """How many users this worker may have."""
        return -(-self.job.pool // self.job.processes)


def bench(
    job: Job,
    folder: Path,
    target: Target,
    context: ssl.SSLContext | None = None,
    *,
    worker: int = 0,
    rows: Mapping[str, tuple[Row, ...]] | None = None,
    tell: Callable[[Event], None] = _nobody,
) -> Bench:
    """A bench that records into a folder; `rows` by feed. `tell` hears what the job wants to be shown."""
    beginning = Beginning()
    return Bench(
        job=job,
        worker=worker,
        target=target,
        context=context,
        beginning=beginning,
        recorder=Recorder(folder, give_way=gevent.sleep),
        ledger=Ledger(folder / ledger.FILE, beginning.now),
        feeds=rows or {},
        draws={stream.journey: Draws(job.seed, stream.journey) for stream in job.streams},
        tell=tell,
    )


class BenchEnvironment(Environment):
    """Locust's environment, with the bench; its events are its own. `names` are of clients' requests."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(host=bench.target.url)
        self.bench = bench
        self._brokers: dict[str, Broker] = {}
        self.names = {stream.journey: Names(stream.journey) for stream in bench.job.streams}

    def broker(self, url: str) -> Broker:
        """The broker at a URL: resolved and checked once. Raises InputError, Unavailable, Refused."""
        if url not in self._brokers:
            job = self.bench.job
            self._brokers[url] = broker(url, job.allowed, job.certificates)
        return self._brokers[url]

    @property
    def listened(self) -> bool:
        """Whether anybody listens to requests: telling nobody of each costs more than recording it."""
        return bool(self.events.request._handlers)
