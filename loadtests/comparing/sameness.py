"""Whether two runs are of the same load: others are no evidence about a version. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from loadtests.judging.measurements import Measurements
from loadtests.planning.job import Job
from loadtests.planning.locustfile import Locust

_SAME: Mapping[str, Callable[[Job], object]] = {
    "target": lambda job: job.target,
    "journeys": lambda job: job.streams,
    "rate": lambda job: job.rate,
    "duration": lambda job: job.duration,
    "profile": lambda job: (job.profile, job.points),
    "spacing": lambda job: job.spacing,
    "pool": lambda job: job.pool,
    "connections": lambda job: job.connections,
    "retry budget": lambda job: job.retry,
    "model": lambda job: _locust(job).model,
    "users": lambda job: _locust(job).users if job.closed else None,
    "spawn rate": lambda job: _locust(job).spawn_rate if job.closed else None,
    "options of Locust": lambda job: _locust(job).arguments,
}


def differences(one: Job, other: Job) -> Iterator[str]:
    """What differs between two loads, in words: "users (2, not 40)". The seed may: runs are repeated so."""
    for name, value in _SAME.items():
        first, second = value(one), value(other)
        if first != second:
            yield name if _long(first, second) else f"{name} ({_told(second)}, not {_told(first)})"


def on_the_same_target(job: Job) -> Job:
    """The job as if its target did not matter."""
    return replace(job, target="http://any")


def remarks(one: Measurements, other: Measurements) -> Iterator[str]:
    """What a comparison holds in spite of: other journeys or feeds under the same name."""
    for name in ("journeys", "feeds"):
        texts = [{found.sources.get(name) for found in measured.summaries} for measured in (one, other)]
        if texts[0] != texts[1]:
            yield f"the text of its {name} differs"


def _locust(job: Job) -> Locust:
    return job.locust or Locust(model="open")


def _long(*values: object) -> bool:
    return any(not isinstance(value, str | int | float) for value in values)


def _told(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
