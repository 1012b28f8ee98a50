"""All that can fail before a load: target, limits of this machine, files, schedule. Sends nothing."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from loadtests.generator.client import context_of
from loadtests.generator.journey import Journey
from loadtests.generator.journeys_file import journeys_in
from loadtests.generator.limits import allow_ports, allow_sockets, go_first, ports_needed
from loadtests.generator.locustfiles import loading
from loadtests.generator.locustfiles.guard import stay_within
from loadtests.generator.locustfiles.loading import Locustfile
from loadtests.generator.reaching import answering_first
from loadtests.planning import feeds
from loadtests.planning.arrivals import Share
from loadtests.planning.feeds import Row
from loadtests.planning.job import FILE, Job
from loadtests.planning.targets import Target, pinned, reach


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What a worker needs for its share of the arrivals; it is empty in a closed load."""

    target: Target
    context: ssl.SSLContext | None
    journeys: Mapping[str, type[Journey]]
    locustfile: Locustfile | None
    feeds: Mapping[str, tuple[Row, ...]]
    share: Share
    folder: Path


def prepared(job: Job, worker: int) -> Prepared:
    """Raises InputError, Refused, Unavailable: what cannot work, said before it is tried."""
    target = answering_first(pinned(job.target, job.allowed))
    allow_sockets(job.pool)
    allow_ports(ports_needed(job.pool, job.connecting, loopback=target.loopback))
    go_first()
    locustfile = locustfile_of(job, target)
    names = [stream.journey for stream in job.streams]
    journeys = {} if locustfile else journeys_in(Path(job.journeys), names)
    rows = feeds.read(Path(job.feeds)) if job.feeds else {}
    folder = Path(job.output) / f"worker-{worker}"
    folder.mkdir(parents=True)
    job.write(folder / FILE)
    return Prepared(
        target=target,
        context=context_of(target, job.certificates),
        journeys=journeys,
        locustfile=locustfile,
        feeds=rows,
        share=Share() if job.closed else job.schedule.share(worker, job.processes),
        folder=folder,
    )


def locustfile_of(job: Job, target: Target) -> Locustfile | None:
    """The job's locustfile, read where it can reach nothing but what may be loaded; None without one."""
    if job.locust is None:
        return None
    stay_within(reach(target, job.allowed))
    return loading.load(job, target.url)
