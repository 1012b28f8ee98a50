"""What every journey of a generator works with: job, target, recorder, ledger, feeds. Decides nothing."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from locust.env import Environment

from loadtests.arrivals import Draws
from loadtests.feeds import Row
from loadtests.generator.publishing import Broker, broker
from loadtests.generator.recorder import Recorder
from loadtests.job import Job
from loadtests.ledger import Ledger
from loadtests.targets import Target


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Shared by all users of one process."""

    job: Job
    target: Target
    context: ssl.SSLContext | None
    recorder: Recorder
    ledger: Ledger
    feeds: Mapping[str, tuple[Row, ...]]
    draws: Mapping[str, Draws]


class BenchEnvironment(Environment):
    """Locust's environment, with the bench; its events are Locust's own."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(host=bench.target.url)
        self.bench = bench
        self._brokers: dict[str, Broker] = {}

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
