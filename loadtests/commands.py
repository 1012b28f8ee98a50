"""What `peakproof load` does, from a job to an exit code."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from foundation.console import people, print_json
from foundation.errors import ExitCode, InputError, Interrupted
from foundation.slo import Metric, Objective
from foundation.verdict import Verdict, judge
from loadtests import local, outputs
from loadtests.judging import implied, measurements, objectives, sufficiency, validity
from loadtests.judging.abort import Hopeless, Rule, Watch
from loadtests.judging.measurements import Measurements
from loadtests.local import generate
from loadtests.outputs import Ended
from loadtests.planning import journey_source, replay, targets
from loadtests.planning.job import Job
from loadtests.planning.locustfile import CLOSED
from loadtests.planning.replay import Replay
from loadtests.profiles import PROFILES, mean_rate
from loadtests.profiles import replayed as shape_of
from loadtests.profiles.shape import Shape
from loadtests.recording.progress import Event, Started
from loadtests.showing import gallery, metrics, results, screen


def new_run() -> str:
    """A run id that no other run has: its keys are never taken for another run's."""
    return f"load-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def run(
    job: Job,
    promised: Sequence[Objective],
    *,
    junit_file: Path | None = None,
    metrics_port: int | None = None,
    as_json: bool = False,
    master: Sequence[str] = (),
    abort_on: Sequence[Rule] = (),
    replayed: Replay | None = None,
    command: str = "",
) -> ExitCode:
    """Generates the load, shows what was measured, and returns the verdict's exit code.

    `command` is what was typed, `master` are the options of a generator whose workers are on other machines;
    a rule of `abort_on` ends the load early, and it fails. Raises Interrupted after Ctrl-C, when what there
    is has been shown.
    """
    promised = implied.promised(promised, [stream.journey for stream in job.streams])
    _check(job, promised)
    console, interrupted, began = people(), False, False
    watch = Watch(abort_on, may_shed=job.main in objectives.may_shed(promised, job.main))
    hopeless = list[Hopeless]()
    console.print(f"run {job.run}: {job.main} {_load(job)} for {job.duration:g} s")
    if replayed is not None:
        sent = mean_rate(job.schedule.profile, 0, job.duration) * job.duration
        console.print(f"the file has {replayed}; about {sent:,.0f} arrivals are sent")
    try:
        with screen.live(console, job) as listen, _measured(console, job, metrics_port) as measure:

            def hear(event: Event) -> None:
                nonlocal began
                began = began or isinstance(event, Started)
                listen(event)
                measure(event)
                watch.hear(event)

            generate(job, hear, master)
    except KeyboardInterrupt:
        interrupted = True
    except Hopeless as error:
        hopeless.append(error)
    if interrupted and not began:
        raise Interrupted("interrupted before the load began: nothing was sent")
    measured = measurements.read(Path(job.output))
    verdict = judged(measured, promised, hopeless)
    screen.show(console, measured, verdict)
    ended = Ended(measured=measured, verdict=verdict, promised=promised, command=command)
    outputs.write(ended, Path(job.output), junit_file)
    if as_json:
        print_json(results.document(measured, verdict))
    if interrupted:
        raise Interrupted("interrupted: these are the results until then")
    return verdict.exit_code


def work(master: str, processes: int) -> ExitCode:
    """Does a share of the load that a master leads, and says what it is told of it."""
    console = people()
    console.print(f"joining the master at {master}; Ctrl-C leaves it")
    return local.work(master, processes, lambda event: screen.note(console, event))


def _load(job: Job) -> str:
    if job.locust is not None and job.closed:
        return f"by {job.locust.users:,} users ({CLOSED})"
    rate = f"{job.rate:g}/s" if job.profile == "constant" else f"up to {job.rate:g}/s ({job.profile})"
    return f"at {rate}, seed {job.seed},"


@contextmanager
def _measured(console: Console, job: Job, port: int | None) -> Iterator[Callable[[Event], None]]:
    """Metrics on a port while the load runs, where one was asked for."""
    told = metrics.Metrics(run=job.run)
    if port is None:
        yield told.hear
        return
    with metrics.served(port, told) as used:
        console.print(f"metrics at http://127.0.0.1:{used}/metrics")
        yield told.hear


def profiles(name: str | None, recorded: Path | None, *, as_json: bool = False) -> None:
    """Draws every profile, one of them, or that of a file. Raises InputError: no such profile or file."""
    shapes = _shapes(name, recorded)
    gallery.show(people(), shapes)
    if as_json:
        print_json(gallery.document(shapes))


def _shapes(name: str | None, recorded: Path | None) -> list[Shape]:
    if recorded is not None:
        return [shape_of(replay.read(recorded, duration=gallery.WIDTH).points)]
    if name is not None and name not in PROFILES:
        raise InputError(f"no profile {name!r}", hint=f"there are: {', '.join(PROFILES)}")
    return [PROFILES[name]] if name else [*PROFILES.values()]


def judged(
    measured: Measurements, promised: Sequence[Objective], hopeless: Sequence[Hopeless] = ()
) -> Verdict:
    """The verdict of a load test alone: its validity and the objectives; a hopeless load was ended by us."""
    valid = validity.findings(measured, promised, whole=not hopeless)
    found = [*valid, *objectives.evaluate(promised, measured), *(ended.finding() for ended in hopeless)]
    found += [] if hopeless else implied.findings(measured, promised)
    return judge([*found, *validity.own_verdict(measured)])


def check_journeys(job: Job) -> None:
    """What journeys want and will not get. Raises InputError with every line."""
    if job.locust is not None:
        return
    journeys = [stream.journey for stream in job.streams]
    there = [path.stem for path in Path(job.feeds).glob("*.csv")] if job.feeds else []
    if found := journey_source.problems(Path(job.journeys), journeys, there):
        noun = "problem" if len(found) == 1 else "problems"
        raise InputError(f"{len(found)} {noun} in the journeys", where=job.journeys, problems=found)


def _check(job: Job, promised: Sequence[Objective]) -> None:
    """What can be known to be wrong before anything starts. Raises InputError, Refused, Unavailable."""
    targets.pinned(job.target, job.allowed)
    journeys = [stream.journey for stream in job.streams]
    check_journeys(job)
    for objective in objectives.unknown_series(promised, journeys):
        raise InputError(
            f"{objective}: the load has no journey {objective.series!r}",
            hint=f"it has: {', '.join(journeys)}",
        )
    if any(objective.metric is Metric.LOST_ORDERS for objective in promised):
        raise InputError("lost orders are judged by the platform's books", hint="use peakproof rehearse")
    for objective in (each for each in promised if each.metric.inside):
        what = f"{objective}: only the platform itself can tell, and a load test alone does not ask it"
        raise InputError(what, hint="use peakproof rehearse")
    if job.closed:  # how many requests there will be is the platform's doing: a percentile has what it has
        return
    short = [*sufficiency.of_job(promised, job)]
    if short:
        longest = max(short, key=lambda found: found.duration)
        raise InputError(str(longest), where="--slo", hint=sufficiency.hint(longest))
