"""Trials of a search for capacity in an environment: each one a load, looked at, drained, taken back."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from environments.containers.files import FileSpec
from environments.environment import Environment
from foundation.secrets import Secret
from foundation.slo import Metric, Objective
from loadtests.capacity.observing import DRAIN, observe
from loadtests.capacity.search import Capacity, Plan
from loadtests.capacity.stationary import slope
from loadtests.capacity.trials import Observation, Outcome
from loadtests.judging import measurements, sufficiency
from loadtests.judging.measurements import Measurements
from loadtests.planning.job import Job
from loadtests.recording.progress import Event, Started
from peakproof import asynchronous, books, conservation, delays, generating, resetting
from peakproof.asynchronous import Delay, Waiting
from peakproof.books import asking
from peakproof.conservation import Conservation
from peakproof.inside import Seen
from peakproof.plan import CapacityInput, LoadInput
from peakproof.results import CapacityFound
from peakproof.season import Season
from peakproof.telemetry.sampler import Sampler

GROWTH = 0.05
"""Seconds a second: what waits grows older by a twentieth of the time, beyond what samples scatter."""


@dataclass
class EnvironmentTrial:
    """Trials of one search. `job` is a load of the plan; `given` are the generator's files.

    `saturated` says what was used up first in what was seen. `broken` has the trials that lost an order.
    """

    season: Season
    target: Environment
    database: str
    job: Job
    given: Sequence[FileSpec]
    folder: Path
    warm_up: int
    watch: Callable[[], Sampler]
    saturated: Callable[[Seen, Measurements], str]
    number: int = field(default=0, init=False)
    broken: list[Conservation] = field(default_factory=list, init=False)

    def run(self, rate: float) -> Observation:
        """Raises what generating raises, and InputError or Unavailable where the reset fails."""
        self.number += 1
        job = replace(
            self.job, run=f"{self.job.run}-{self.number}", rate=rate, seed=self.job.seed + self.number
        )
        measured, seen = self._loaded(job)
        reasons = [*self._drained(job, measured), *self._after_the_answer(job, measured, seen)]
        resetting.reset(self._dsn(), self._file("reset"), f"{job.run}-")
        found = observe(measured, promised(self.season.objectives), self.warm_up)
        return judged(found, reasons, self.saturated(seen, measured))

    def _loaded(self, job: Job) -> tuple[Measurements, Seen]:
        sampler, folder = self.watch(), self.folder / f"trial-{self.number:02d}"

        def hear(event: Event) -> None:
            if isinstance(event, Started):
                sampler.start(event.at, self.target.guest_groups())

        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            generating.generate(self.target, job, self.given, hear, folder)
        finally:
            sampler.end()
        return measurements.read(folder), Seen(samples=sampler.samples, cost=sampler.cost, delays={})

    def _drained(self, job: Job, measured: Measurements) -> Iterator[str]:
        """Every order of the trial accounted for; what is not breaks the trial, and the rehearsal."""
        ledger = list(measured.ledger())
        with asking.books(self.season.platform, self.target, self.database, f"{job.run}-") as found:
            rows, _ = books.wait(found, conservation.acknowledged(ledger), self.season.written.drain)
        compared = conservation.compare(ledger, rows)
        if not compared.holds:
            self.broken.append(compared)
            yield f"order conservation: {conservation.finding(compared).observed}"

    def _after_the_answer(self, job: Job, measured: Measurements, seen: Seen) -> Iterator[str]:
        assert measured.started_at is not None
        found = {
            name: delays.read(
                self._dsn(), self.season.platform.file(query), f"{job.run}-", measured.started_at
            )
            for name, query in self.season.platform.written.delays.items()
        }
        waiting = steady(replace(seen, delays=found).waiting, self.warm_up, job.duration)
        for finding in asynchronous.evaluate(promised(self.season.objectives), waiting, ()):
            if not finding.holds:
                yield f"{finding.name}: {finding.observed}"
        yield from growing(waiting.gauges)

    def _dsn(self) -> Secret:
        return self.target.dsn(self.database)

    def _file(self, key: str) -> Path:
        name = getattr(self.season.platform.written, key)
        assert name is not None  # the season's plan was checked for it
        return self.season.platform.file(name)


def job_of_trials(job: Job, wanted: CapacityInput) -> Job:
    """The plan's load as that of a trial: a constant rate, without another test of the generator itself."""
    duration = round(wanted.warm_up) + wanted.measure
    return replace(job, duration=duration, profile="constant", points=(), self_test=None)


def plan_of(wanted: CapacityInput, load: LoadInput, objectives: Sequence[Objective] = ()) -> Plan:
    """The search: as many trials as there is time for, each with its drain and enough for its percentiles."""
    trials = int(wanted.budget // (wanted.warm_up + wanted.measure + DRAIN))
    most = math.inf if wanted.most is None else wanted.most
    least = sufficiency.least_rate(promised(objectives), load.streams, wanted.measure)
    start = wanted.start or load.peak
    return Plan(start=start, trials=trials, most=most, least=least, seed=load.seed)


def result_of(found: Capacity, objectives: Sequence[Objective]) -> CapacityFound:
    """The result, with what was used up first where it ends."""
    return CapacityFound(
        found=found,
        objectives=tuple(str(each) for each in promised(objectives)),
        saturated=found.saturated,
    )


def promised(objectives: Sequence[Objective]) -> list[Objective]:
    """The objectives that a trial is judged by: there are no faults in it, and orders are counted apart."""
    return [each for each in objectives if each.metric not in (Metric.LOST_ORDERS, Metric.RECOVERY)]


def steady(seen: Waiting, warm_up: int, duration: float) -> Waiting:
    """What was seen without the seconds that are not judged, and without what came after the load."""
    return Waiting(
        delays={
            name: tuple(
                Delay(at=each.at - warm_up, seconds=each.seconds) for each in found if each.at >= warm_up
            )
            for name, found in seen.delays.items()
        },
        gauges={
            name: [(at - warm_up, value) for at, value in found if warm_up <= at < duration]
            for name, found in seen.gauges.items()
        },
    )


def growing(gauges: Mapping[str, Sequence[tuple[float, float]]]) -> Iterator[str]:
    """Queues behind the API whose oldest grows older: their takers do not keep up with this rate."""
    for name, samples in gauges.items():
        if len(samples) >= 3:
            found = slope([value for _, value in samples])
            if found.low > GROWTH:
                yield f"{name} grows by {found.value:.2g} s/s (95 %: {found.low:.2g} to {found.high:.2g})"


def judged(found: Observation, reasons: Sequence[str], saturated: str) -> Observation:
    """What clients saw of a trial, together with what the platform's own books and queues tell."""
    if found.outcome is Outcome.INVALID or not reasons:
        return replace(found, saturated=saturated)
    return replace(found, outcome=Outcome.BROKE, reasons=(*found.reasons, *reasons), saturated=saturated)
