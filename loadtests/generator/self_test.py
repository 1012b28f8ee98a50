"""The self-test: three seconds of a fifth more than the load, against a server that does nothing.

What is late there is late by this machine's own doing. Sends nothing to the platform.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic_ns, time_ns

from gevent import subprocess
from locust import task

from foundation import modules
from foundation.errors import RunInvalid
from loadtests.generator.beats import beating, quiet_collector
from loadtests.generator.bench import BenchEnvironment, bench
from loadtests.generator.dispatcher import dispatch
from loadtests.generator.journey import Journey
from loadtests.generator.pool import Pool
from loadtests.planning.arrivals import Stream
from loadtests.planning.job import Job, Retry
from loadtests.planning.targets import pinned
from loadtests.recording import latency_log
from loadtests.recording.histograms import Histogram
from loadtests.recording.latency_log import Clock
from loadtests.recording.summary import Tested

MORE = 1.2
TOLERATED = 1 / 3  # of its seconds may be late: a hiccup is the run's own matter, most of them are inability
_USERS = 16
_LEAD = 0.1  # seconds from the users being made to the first arrival
_PATIENCE = 0.5  # seconds that the end may be late
_SECOND = 1_000_000_000


def tested(job: Job, worker: int) -> Tested | None:
    """What a worker's share of the test showed; None when the job asks for none.

    Raises RunInvalid when the load would be late and the job wants to know before it starts.
    """
    if job.self_test is None:
        return None
    with _null_server() as url, tempfile.TemporaryDirectory() as folder:
        null = replace(
            job, streams=_together(job), target=url, rate=job.rate * MORE, profile="constant", points=(),
            duration=float(job.self_test.seconds), retry=Retry(attempts=1, deadline=0.5, timeout=0.5),
            certificates=None,
        )  # fmt: skip
        in_time = _send(null, worker, Path(folder))
        found = _judged(job, null, Path(folder), in_time=in_time)
    if job.self_test.required and not found.on_time:
        raise RunInvalid(
            f"this machine cannot generate {null.rate:g}/s on time: against a server that does nothing, "
            f"arrivals were up to {found.worst_ms:.3g} ms late (p99) and too late in {found.late} "
            f"of {found.seconds} seconds; {found.limit_ms:.3g} ms are allowed",
            hint="send less, use more --processes, or free this machine; --no-self-test skips the test",
        )
    return found


def _send(job: Job, worker: int, folder: Path) -> bool:
    """Whether all was sent before the patience ended; what is behind by then will not catch up."""
    share = job.schedule.share(worker, job.processes)
    here = bench(job, folder, pinned(job.target), worker=worker)
    journeys = {stream.journey: _null(stream.journey) for stream in job.streams}
    pool = Pool(BenchEnvironment(here), journeys, here.cap)
    for stream in job.streams:
        pool.fill(stream.journey, _USERS)
    here.begin(time_ns() + round(_LEAD * _SECOND))
    beginning = here.beginning.monotonic
    end = beginning + round((job.duration + _PATIENCE) * _SECOND)
    with quiet_collector(), beating(here, lambda _: None):
        dispatch(share, pool, here.recorder, beginning, lambda: monotonic_ns() > end)
        in_time = monotonic_ns() <= end
        pool.drain(job.retry.deadline if in_time else 0)
    here.close()
    return in_time


def _together(job: Job) -> tuple[Stream, ...]:
    """All journeys at their highest at once: the most that scenarios can come to."""
    return tuple(Stream(journey=s.journey, ratio=s.peak(job.rate) / job.rate) for s in job.streams)


def _judged(job: Job, null: Job, folder: Path, *, in_time: bool) -> Tested:
    assert job.self_test is not None
    delays: defaultdict[int, Histogram] = defaultdict(Histogram)
    journeys = {stream.journey for stream in job.streams}
    for found in latency_log.read(folder / latency_log.FILE):
        if found.clock is Clock.DISPATCH and found.series in journeys:
            delays[found.second].add(found.histogram)
    worst = [histogram.percentile(99) / 1e6 for histogram in delays.values()]
    seconds = job.self_test.seconds
    late = sum(delay > job.self_test.limit * 1000 for delay in worst) if in_time else seconds
    return Tested(
        rate=null.rate, seconds=seconds, late=late, worst_ms=max(worst, default=0.0),
        limit_ms=job.self_test.limit * 1000, on_time=late <= TOLERATED * seconds,
    )  # fmt: skip


def _null(name: str) -> type[Journey]:
    """A journey of one order, under the name of one of the load's."""

    class Null(Journey):
        journey = name

        @task
        def order(self) -> None:
            self.submit("null", "/", body={"nothing": self.arrival.number}, content=name)

    return Null


@contextmanager
def _null_server() -> Iterator[str]:
    """The URL of a server that ends with the block, and with this process."""
    command = modules.command("loadtests.null_server")
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=modules.environment()
    ) as server:
        try:
            port = server.stdout.readline().strip()
            if not port:
                raise RunInvalid("the self-test's server did not start", hint="--no-self-test skips it")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.stdin.close()
