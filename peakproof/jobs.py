"""What a season's load generator is told: where to aim, what to send, the files that its journeys need."""

from __future__ import annotations

from environments.containers.files import FileSpec
from environments.environment import Environment
from foundation.secrets import Secret
from loadtests.judging.validity import delay_limit
from loadtests.planning.job import Job, SelfTest
from peakproof import generating, seeding
from peakproof.season import Season


def job_of(season: Season, run: str, target: Environment) -> Job:
    """The generator's job, with paths inside its container."""
    written = season.written.load
    entry, allowed = _aimed(target)
    return Job(
        run=run,
        target=entry,
        journeys=f"{generating.HOME}/journeys.py",
        streams=written.streams,
        rate=written.peak,
        duration=written.duration,
        seed=written.seed,
        profile=written.shape,
        points=season.points,
        output=generating.OUTPUT,
        feeds=f"{generating.HOME}/feeds",
        allowed=allowed,
        self_test=SelfTest(limit=delay_limit(season.objectives), required=False),
    )


def _aimed(target: Environment) -> tuple[str, tuple[str, ...]]:
    """Where the load goes, and which addresses it may reach: inside, or the entry of the hosts of a site."""
    instance = target.instance
    if target.at_home:
        entry = instance.topology.bindings[instance.topology.entry]
        return f"http://{entry.host}:{entry.port}", tuple(instance.subnets.values())
    address, port = target.address(instance.topology.entry)
    return f"http://{address}:{port}", (address,)


def given(season: Season, dsn: Secret, job: Job) -> list[FileSpec]:
    """What the journeys need, as files of the generator's container."""
    return [*seeding.feeds(season, dsn, job.feeds or ""), _journeys(season, job)]


def _journeys(season: Season, job: Job) -> tuple[str, bytes, int]:
    assert season.platform.written.journeys is not None
    return job.journeys, season.platform.file(season.platform.written.journeys).read_bytes(), 0o644
