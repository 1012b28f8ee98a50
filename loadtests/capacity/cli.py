"""`peakproof load capacity`: parses and calls. Imports lazily, so that a bad input is answered at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loadtests import options


def capacity(
    url: Annotated[str, typer.Argument(help="Base URL; loopback unless allowed.", metavar="URL")],
    journeys: Annotated[Path, typer.Option(help="A Python file with Journey classes.", metavar="FILE")],
    journey: Annotated[str, typer.Option(help="The main journey: the one the rate counts.", metavar="NAME")],
    slo: Annotated[
        list[str],
        typer.Option(help='What must hold, such as "place-order p99 < 500ms".', metavar="OBJECTIVE"),
    ],
    start: Annotated[str, typer.Option(help="The first rate that is tried.", metavar="RATE")] = "50/s",
    most: Annotated[str | None, typer.Option(help="A rate that is never exceeded.", metavar="RATE")] = None,
    budget: Annotated[str, typer.Option(help="How long all trials may take.", metavar="TIME")] = "15m",
    warm_up: Annotated[
        str, typer.Option(help="The start of a trial that is not judged.", metavar="TIME")
    ] = "5s",
    measure: Annotated[str, typer.Option(help="The part of a trial that is judged.", metavar="TIME")] = "30s",
    reset: Annotated[
        str | None,
        typer.Option(
            help="A command that brings the platform back after a trial; no shell.", metavar="COMMAND"
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the load and of the order of rates.", metavar="NUMBER")] = 7,
    also: options.Also = None,
    feeds: options.Feeds = None,
    out: options.Out = None,
    allow: options.Allow = None,
    pool: options.Pool = 2000,
    processes: options.Processes = 1,
    as_json: options.AsJson = False,
) -> None:
    """Find the highest rate that holds the objectives.

    Queues do not grow there, either; its 90 % interval is given.

    Example: peakproof load capacity http://127.0.0.1:8080 --journeys platforms/orderhub/journeys.py
    --journey place-order --slo "place-order p99 < 500ms" --feeds feeds
    """
    import math
    import shlex
    import sys

    from foundation import units
    from loadtests import asking, commands
    from loadtests.capacity import commands as searching
    from loadtests.capacity.search import Plan
    from loadtests.planning.job import Job

    name = commands.new_run()
    first = asking.quantity("--start", units.rate, start)
    timing = searching.Timing(
        warm_up=round(asking.quantity("--warm-up", units.duration, warm_up)),
        measure=round(asking.quantity("--measure", units.duration, measure)),
        budget=asking.quantity("--budget", units.duration, budget),
    )
    job = Job(
        run=name,
        target=url,
        journeys=str(journeys.resolve()),
        streams=asking.streams(journey, also or []),
        rate=first,
        duration=timing.warm_up + timing.measure,
        seed=seed,
        output=str((out or Path("report") / name).resolve()),
        feeds=str(feeds.resolve()) if feeds else None,
        pool=pool,
        processes=asking.here(processes),
        allowed=tuple(allow or []),
    )
    plan = Plan(
        start=first,
        trials=timing.trials,
        most=asking.quantity("--most", units.rate, most) if most else math.inf,
        seed=seed,
    )
    code = searching.capacity(
        job,
        asking.objectives(slo),
        timing,
        plan,
        shlex.split(reset or ""),
        as_json=as_json,
        command=shlex.join(["peakproof", *sys.argv[1:]]),
    )
    raise typer.Exit(int(code))
