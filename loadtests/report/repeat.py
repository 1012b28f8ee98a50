"""To repeat it: the whole command, when it ran, on which machine, and what makes the load the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from markupsafe import Markup

from foundation import page
from foundation.page import Section
from foundation.units import in_words
from loadtests.judging.measurements import Measurements
from loadtests.planning.arrivals import Stream
from loadtests.planning.job import Job
from loadtests.planning.locustfile import Locust
from loadtests.report.words import rate

Facts = Mapping[str, str | Markup]


def section(measured: Measurements, command: str) -> Section:
    return Section(anchor="repeat", title="To repeat it", body=page.joined(_parts(measured, command)))


def of_search(command: str, started: int, ended: int, facts: Facts, machine: Mapping[str, str]) -> Section:
    """The same of a search, whose trials are many loads; `started` and `ended` in ns since the epoch."""
    parts = [page.fragment("command.html", command=command)] if command else []
    parts += [page.facts({**_times(started, ended), **facts}), *_machine(machine)]
    return Section(anchor="repeat", title="To repeat it", body=page.joined(parts))


def _parts(measured: Measurements, command: str) -> Iterator[Markup]:
    job = measured.job
    if command:
        yield page.fragment("command.html", command=command)
    driven = job.locust if job.closed else None
    load = _users(job, driven) if driven is not None else _arrivals(measured)
    yield page.facts({**_when(measured), **load, "Results": page.code(job.output)})
    for machine in _machines(measured):
        yield from _machine(machine)
    versions = next((found.versions for found in measured.summaries if found.versions), {})
    if versions:
        yield page.heading("Versions")
        yield page.facts(versions)


def _when(measured: Measurements) -> Facts:
    if measured.started_at is None:
        return {}
    return _times(measured.started_at, max(found.ended_at for found in measured.summaries))


def _times(started: int, ended: int) -> Facts:
    took = in_words(round((ended - started) / 1e9, 1))
    return {"Started": moment(started), "Ended": moment(ended), "Took": took}


def _machine(machine: Mapping[str, str]) -> Iterator[Markup]:
    yield page.heading("Machine of the generator")
    yield page.facts({name.capitalize(): value for name, value in machine.items()})


def moment(at: int) -> str:
    """A time in ns since the epoch for people: "29 November 2026, 05:13:37 UTC"."""
    found = datetime.fromtimestamp(at / 1e9, tz=UTC)
    return f"{found.day} {found:%B %Y, %H:%M:%S} UTC"


def _machines(measured: Measurements) -> list[Mapping[str, str]]:
    """Each machine once: the processes of one say the same."""
    found: list[Mapping[str, str]] = []
    for summary in measured.summaries:
        if summary.machine and summary.machine not in found:
            found.append(summary.machine)
    return found


def _arrivals(measured: Measurements) -> Facts:
    job = measured.job
    schedule = sorted({found.schedule for found in measured.summaries})
    return {
        "Target": page.code(job.target),
        "Journeys": ", ".join(_stream(stream) for stream in job.streams),
        "Profile": f"{rate(measured)} for {in_words(job.duration)}",
        "Seed": str(job.seed),
        "Digest of the schedule": page.code(", ".join(schedule) or "not known"),
        "Processes": str(job.processes),
    }


def _stream(stream: Stream) -> str:
    """ "browse x 5", or "browse at 5/s from 20 s for 30 s"."""
    if (own := stream.scenario) is None:
        return f"{stream.journey} x {stream.ratio:g}"
    profiled = "" if own.profile == "constant" else f" at most ({own.profile})"
    times = f"from {in_words(own.start)} for {in_words(own.duration)}"
    return f"{stream.journey} at {own.rate:g}/s{profiled} {times}"


def _users(job: Job, driven: Locust) -> Facts:
    return {
        "Target": page.code(job.target),
        "Locustfile": page.code(job.journeys),
        "Users": f"{driven.users:,}, started at {driven.spawn_rate:g}/s",
        "Locust's options": page.code(" ".join(driven.arguments)) if driven.arguments else "none",
        "Duration": in_words(job.duration),
        "Processes": str(job.processes),
    }
