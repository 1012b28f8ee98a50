"""`peakproof load`: parses, calls, prints. The generator is started as a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loadtests.comparing import cli as comparing

if TYPE_CHECKING:
    from collections.abc import Callable

    from foundation.slo import Objective
    from loadtests.arrivals import Stream
    from loadtests.profiles.shape import Point

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Load: open arrivals on any URL you may load, and a verdict.",
)


app.command()(comparing.compare)
app.command()(comparing.spread)


@app.callback()
def load() -> None:
    """Load: open arrivals on any URL you may load, and a verdict."""


@app.command()
def run(
    url: Annotated[str | None, typer.Argument(help="base URL; loopback unless allowed")] = None,
    host: Annotated[str | None, typer.Option(help="the base URL, as Locust calls it")] = None,
    journeys: Annotated[Path | None, typer.Option(help="a Python file with Journey classes")] = None,
    journey: Annotated[
        str | None, typer.Option(help="the main journey of --journeys: the one the rate counts")
    ] = None,
    locustfile: Annotated[
        Path | None, typer.Option(help="a locustfile, as it is: its users, or its tasks at a --rate")
    ] = None,
    users: Annotated[int | None, typer.Option(help="a locustfile's users: the closed model")] = None,
    spawn_rate: Annotated[float | None, typer.Option(help="users started per second")] = None,
    locust: Annotated[
        str, typer.Option(help='options for Locust and the locustfile, such as "--tags checkout"')
    ] = "",
    rate: Annotated[
        str | None, typer.Option(help="arrivals of the main journey, such as 60/s; a profile's peak")
    ] = None,
    duration: Annotated[str, typer.Option(help="how long arrivals come, such as 60s")] = "60s",
    profile: Annotated[str, typer.Option(help="how the rate changes; load profiles draws them")] = "constant",
    replay: Annotated[
        Path | None, typer.Option(help="a CSV file or access log whose times are the profile")
    ] = None,
    seed: Annotated[int, typer.Option(help="the same seed makes the same load")] = 7,
    also: Annotated[
        list[str] | None, typer.Option(help="another journey and its ratio to the main one, such as browse:5")
    ] = None,
    feeds: Annotated[Path | None, typer.Option(help="a folder of CSV files that journeys pick from")] = None,
    out: Annotated[Path | None, typer.Option(help="a new folder for the results")] = None,
    slo: Annotated[
        list[str] | None, typer.Option(help='an objective, such as "place-order p99 < 500ms"')
    ] = None,
    allow: Annotated[
        list[str] | None, typer.Option(help="a host name or network outside this machine that may be loaded")
    ] = None,
    evenly: Annotated[
        bool, typer.Option("--evenly", help="evenly spaced arrivals instead of Poisson's")
    ] = False,
    pool: Annotated[int, typer.Option(help="journeys at once; more arrivals are turned away")] = 2000,
    connections: Annotated[
        str, typer.Option(help="pool: kept alive by each user; per-journey: opened anew for each journey")
    ] = "pool",
    ca: Annotated[
        Path | None, typer.Option(help="a PEM file of the authority that signed the target's certificate")
    ] = None,
    processes: Annotated[int, typer.Option(help="generator processes that share the arrivals")] = 1,
    workers: Annotated[
        str | None, typer.Option(help="hosts that generate the load, started over SSH, such as load1,load2")
    ] = None,
    worker_command: Annotated[
        str, typer.Option(help="what peakproof is called on those hosts")
    ] = "peakproof",
    expect_workers: Annotated[
        int | None, typer.Option(help="wait for so many workers, started by hand with load worker")
    ] = None,
    bind: Annotated[
        str | None, typer.Option(help="HOST:PORT that these workers come to; loopback by default")
    ] = None,
    abort_on: Annotated[
        list[str] | None, typer.Option(help='end early and fail, such as "attempt-errors > 90% for 10s"')
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="write the verdict as JUnit XML, too")] = None,
    metrics: Annotated[
        int | None, typer.Option(help="serve metrics for Prometheus on this loopback port meanwhile")
    ] = None,
    web: Annotated[
        int | None, typer.Option(help="serve Locust's web UI on this loopback port meanwhile, such as 8089")
    ] = None,
    no_self_test: Annotated[
        bool, typer.Option("--no-self-test", help="do not test this machine for 3 s before the load")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="one JSON document on stdout, for machines")
    ] = False,
) -> None:
    """Load a URL with open arrivals and judge what came back.

    Example: peakproof load run http://127.0.0.1:8080 --journeys platforms/orderhub/journeys.py
    --journey place-order --also browse:5 --rate 60/s --duration 60s --feeds feeds
    --slo "place-order p99 < 500ms"

    Example: peakproof load run --locustfile locustfile.py --host http://127.0.0.1:8080 --users 50
    --spawn-rate 10 --duration 1m
    """
    from foundation import units
    from loadtests import abort, asking, commands
    from loadtests.job import Job, SelfTest
    from loadtests.validity import delay_limit

    objectives, rules = _objectives(slo or []), [abort.parse(text) for text in abort_on or []]
    name = commands.new_run()
    seconds = _quantity("--duration", units.duration, duration)
    named, points = _profile(profile, replay, seconds)
    asked = asking.what(
        journeys, journey, locustfile, users=users, spawn_rate=spawn_rate, rate=rate, options=locust,
        profiled=named != "constant",
    )  # fmt: skip
    shared, master = asking.machines(workers, expect_workers, bind, worker_command, processes)
    job = Job(
        run=name,
        target=asking.target(url, host),
        journeys=str(asked.file.resolve()),
        streams=_streams(asked.main, also or []),
        rate=_quantity("--rate", units.rate, rate) if rate else 0.0,
        duration=seconds,
        profile=named,
        points=points,
        seed=seed,
        output=str((out or Path("report") / name).resolve()),
        spacing="even" if evenly else "poisson",
        feeds=str(feeds.resolve()) if feeds else None,
        pool=pool,
        connections=connections,  # type: ignore[arg-type]  # Job says what is allowed
        certificates=str(ca.resolve()) if ca else None,
        processes=shared,
        allowed=tuple(allow or []),
        self_test=None
        if no_self_test or asked.closed
        else SelfTest(limit=delay_limit(objectives), required=True),
        locust=asked.locust,
        web=web,
    )
    raise typer.Exit(
        int(
            commands.run(
                job,
                objectives,
                junit_file=junit,
                metrics_port=metrics,
                as_json=as_json,
                master=master,
                abort_on=rules,
            )
        )
    )


@app.command()
def worker(
    master: Annotated[str, typer.Option(help="HOST:PORT of a load run --expect-workers")],
    processes: Annotated[int, typer.Option(help="workers on this machine")] = 1,
) -> None:
    """Generate a share of a load that another machine's load run leads. It runs the code that is sent.

    Example: peakproof load worker --master 10.0.0.5:5557
    """
    from loadtests import commands
    from loadtests.distributed import starting

    there = starting.address(master, "--master")
    raise typer.Exit(int(commands.work(str(there), processes)))


@app.command()
def capacity(
    url: Annotated[str, typer.Argument(help="base URL; loopback unless allowed")],
    journeys: Annotated[Path, typer.Option(help="a Python file with Journey classes")],
    journey: Annotated[str, typer.Option(help="the main journey: the one the rate counts")],
    slo: Annotated[list[str], typer.Option(help='what must hold, such as "place-order p99 < 500ms"')],
    start: Annotated[str, typer.Option(help="the first rate that is tried")] = "50/s",
    most: Annotated[str | None, typer.Option(help="a rate that is never exceeded")] = None,
    budget: Annotated[str, typer.Option(help="how long all trials may take")] = "15m",
    warm_up: Annotated[str, typer.Option(help="the start of a trial that is not judged")] = "5s",
    measure: Annotated[str, typer.Option(help="the part of a trial that is judged")] = "30s",
    reset: Annotated[
        str | None, typer.Option(help="a command that brings the platform back after a trial; no shell")
    ] = None,
    seed: Annotated[int, typer.Option(help="of the load and of the order of rates")] = 7,
    also: Annotated[
        list[str] | None, typer.Option(help="another journey and its ratio to the main one, such as browse:5")
    ] = None,
    feeds: Annotated[Path | None, typer.Option(help="a folder of CSV files that journeys pick from")] = None,
    out: Annotated[Path | None, typer.Option(help="a new folder for the results")] = None,
    allow: Annotated[
        list[str] | None, typer.Option(help="a host name or network outside this machine that may be loaded")
    ] = None,
    pool: Annotated[int, typer.Option(help="journeys at once; more arrivals are turned away")] = 2000,
    processes: Annotated[int, typer.Option(help="generator processes that share the arrivals")] = 1,
    as_json: Annotated[
        bool, typer.Option("--json", help="one JSON document on stdout, for machines")
    ] = False,
) -> None:
    """Find the highest rate at which the objectives hold and queues do not grow, with its 90 % interval.

    Example: peakproof load capacity http://127.0.0.1:8080 --journeys platforms/orderhub/journeys.py
    --journey place-order --slo "place-order p99 < 500ms" --feeds feeds
    """
    import math
    import shlex

    from foundation import units
    from loadtests import commands
    from loadtests.capacity import commands as searching
    from loadtests.capacity.search import Plan
    from loadtests.job import Job

    name = commands.new_run()
    first = _quantity("--start", units.rate, start)
    timing = searching.Timing(
        warm_up=round(_quantity("--warm-up", units.duration, warm_up)),
        measure=round(_quantity("--measure", units.duration, measure)),
        budget=_quantity("--budget", units.duration, budget),
    )
    job = Job(
        run=name,
        target=url,
        journeys=str(journeys.resolve()),
        streams=_streams(journey, also or []),
        rate=first,
        duration=timing.warm_up + timing.measure,
        seed=seed,
        output=str((out or Path("report") / name).resolve()),
        feeds=str(feeds.resolve()) if feeds else None,
        pool=pool,
        processes=processes,
        allowed=tuple(allow or []),
    )
    plan = Plan(
        start=first,
        trials=timing.trials,
        most=_quantity("--most", units.rate, most) if most else math.inf,
        seed=seed,
    )
    code = searching.capacity(job, _objectives(slo), timing, plan, shlex.split(reset or ""), as_json=as_json)
    raise typer.Exit(int(code))


@app.command()
def profiles(
    name: Annotated[str | None, typer.Argument(help="one of them; all by default")] = None,
    replay: Annotated[
        Path | None, typer.Option(help="draw the times of a CSV file or access log instead")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="one JSON document on stdout, for machines")
    ] = False,
) -> None:
    """Draw the profiles: how the arrival rate changes, and where that is known from.

    Example: peakproof load profiles midnight-drop
    """
    from loadtests import commands

    commands.profiles(name, replay, as_json=as_json)


def _profile(name: str, replay: Path | None, duration: float) -> tuple[str, tuple[Point, ...]]:
    """The profile's name and, for a replay, its points."""
    from foundation.errors import InputError
    from loadtests.profiles import REPLAY
    from loadtests.replay import read

    if replay is None:
        return name, ()
    if name != "constant":
        raise InputError("a replay has its own profile", hint="give --profile or --replay")
    if not duration > 0:
        raise InputError("must be above 0", where="--duration")
    return REPLAY, read(replay, duration).points


def _objectives(texts: list[str]) -> list[Objective]:
    from foundation import slo
    from foundation.errors import InputError

    try:
        return [slo.parse(text) for text in texts]
    except slo.ObjectiveError as error:
        raise InputError(str(error), where="--slo") from error


def _streams(main: str, also: list[str]) -> tuple[Stream, ...]:
    from loadtests.arrivals import Stream

    return (Stream(journey=main), *(_stream(text) for text in also))


def _stream(text: str) -> Stream:
    from foundation.errors import InputError
    from loadtests.arrivals import Stream

    journey, _, ratio = text.partition(":")
    try:
        return Stream(journey=journey, ratio=float(ratio))
    except ValueError as error:
        raise InputError(
            f"expected a journey and a ratio such as browse:5, got {text!r}", where="--also"
        ) from error


def _quantity(option: str, parse: Callable[[object], float], text: str) -> float:
    from foundation.errors import InputError

    try:
        return parse(text)
    except ValueError as error:
        raise InputError(str(error), where=option) from error
