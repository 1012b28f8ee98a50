"""`peakproof load`: parses, calls, prints. The generator is started as a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loadtests import options
from loadtests.capacity import cli as searching
from loadtests.comparing import cli as comparing

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Load: open arrivals on any URL you may load, and a verdict.",
)


@app.callback()
def load() -> None:
    """Load: open arrivals on any URL you may load, and a verdict."""


def run(
    url: options.Url = None,
    host: options.Host = None,
    journeys: options.Journeys = None,
    journey: options.Journey = None,
    also: options.Also = None,
    rate: options.Rate = None,
    duration: options.Duration = "60s",
    profile: options.Profile = "constant",
    replay: options.Replay = None,
    seed: options.Seed = 7,
    slo: options.Slo = None,
    feeds: options.Feeds = None,
    out: options.Out = None,
    allow: options.Allow = None,
    ca: options.Ca = None,
    abort_on: options.AbortOn = None,
    junit: options.Junit = None,
    web: options.Web = None,
    metrics: options.MetricsPort = None,
    locustfile: options.Locustfile = None,
    users: options.Users = None,
    spawn_rate: options.SpawnRate = None,
    locust: options.LocustOptions = "",
    processes: options.Processes = 1,
    workers: options.Workers = None,
    worker_command: options.WorkerCommand = "peakproof",
    expect_workers: options.ExpectWorkers = None,
    bind: options.Bind = None,
    pool: options.Pool = 2000,
    connections: options.Connections = "pool",
    evenly: options.Evenly = False,
    no_self_test: options.NoSelfTest = False,
    once: options.Once = False,
    as_json: options.AsJson = False,
) -> None:
    """Load a URL with open arrivals and judge what came back.

    Example: peakproof load run http://127.0.0.1:8080 --journeys platforms/orderhub/journeys.py
    --journey place-order --also browse:5 --rate 60/s --duration 60s --feeds feeds
    --slo "place-order p99 < 500ms"

    Example: peakproof load run --locustfile locustfile.py --host http://127.0.0.1:8080 --users 50
    --spawn-rate 10 --duration 1m
    """
    import shlex
    import sys

    from foundation import units
    from loadtests import abort, asking, commands
    from loadtests import once as single
    from loadtests.job import Job, SelfTest
    from loadtests.validity import delay_limit

    objectives, rules = asking.objectives(slo or []), [abort.parse(text) for text in abort_on or []]
    name = commands.new_run()
    seconds = asking.quantity("--duration", units.duration, duration)
    named, replayed = asking.profile(profile, replay, seconds)
    asked = asking.what(
        journeys, journey, locustfile, users=users, spawn_rate=spawn_rate, rate=rate, options=locust,
        profiled=named != "constant", once=once,
    )  # fmt: skip
    shared, master = asking.machines(workers, expect_workers, bind, worker_command, processes)
    job = Job(
        run=name,
        target=asking.target(url, host),
        journeys=str(asked.file.resolve()),
        streams=asking.streams(asked.main, also or []),
        rate=asking.quantity("--rate", units.rate, rate) if rate else float(once),
        duration=seconds,
        profile=named,
        points=replayed.points if replayed else (),
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
    if once:
        raise typer.Exit(int(single.run(job, keep=out is not None, as_json=as_json)))
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
                replayed=replayed,
                command=shlex.join(["peakproof", *sys.argv[1:]]),
            )
        )
    )


def worker(
    master: Annotated[
        str, typer.Option(help="Where a load run --expect-workers waits.", metavar="HOST:PORT")
    ],
    processes: Annotated[int, typer.Option(help="Workers on this machine.", metavar="COUNT")] = 1,
) -> None:
    """Generate a share of a load that another machine leads.

    That machine's load run sends the code that is run here.

    Example: peakproof load worker --master 10.0.0.5:5557
    """
    from loadtests import asking, commands
    from loadtests.distributed import starting

    there = starting.address(master, "--master")
    raise typer.Exit(int(commands.work(str(there), asking.here(processes))))


def profiles(
    name: Annotated[str | None, typer.Argument(help="One of them; all by default.", metavar="NAME")] = None,
    replay: Annotated[
        Path | None, typer.Option(help="Draw the times of a CSV file or access log instead.", metavar="FILE")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Draw the profiles: how the arrival rate changes.

    Each says where it is known from.

    Example: peakproof load profiles midnight-drop
    """
    from loadtests import commands

    commands.profiles(name, replay, as_json=as_json)


for command in (run, searching.capacity, comparing.compare, comparing.spread, profiles, worker):
    app.command()(command)
