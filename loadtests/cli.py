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
    from foundation import extras

    extras.require("load", "loadtests")


def run(
    context: typer.Context,
    url: options.Url = None,
    host: options.Host = None,
    journeys: options.Journeys = None,
    journey: options.Journey = None,
    also: options.Also = None,
    rate: options.Rate = None,
    duration: options.Duration = "60s",
    profile: options.Profile = "constant",
    replay: options.Replay = None,
    ramp: options.Ramp = None,
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

    Example: peakproof load run shop-load.yaml --duration 5m

    Example: peakproof load run --locustfile locustfile.py --host http://127.0.0.1:8080 --users 50
    --spawn-rate 10 --duration 1m
    """
    asked = dict(locals())  # every option by its name: first, before there is anything else
    import shlex
    import sys

    from loadtests import commands, run_file, wanted
    from loadtests import once as single

    del asked["context"], asked["as_json"]
    given = wanted.Wanted(**asked)
    if (file := run_file.named(url)) is not None:
        typed = [name for name in asked if str(context.get_parameter_source(name)).endswith("COMMANDLINE")]
        given = run_file.under(given, file, [name for name in typed if name != "url"])
    found = wanted.load(given, commands.new_run())
    if once:
        commands.check_journeys(found.job)
        raise typer.Exit(int(single.run(found.job, keep=given.out is not None, as_json=as_json)))
    code = commands.run(
        found.job,
        found.objectives,
        junit_file=given.junit,
        metrics_port=given.metrics,
        as_json=as_json,
        master=found.master,
        abort_on=found.rules,
        replayed=found.replayed,
        command=shlex.join(["peakproof", *sys.argv[1:]]),
    )
    raise typer.Exit(int(code))


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
