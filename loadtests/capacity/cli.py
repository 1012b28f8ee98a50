"""`peakproof load capacity`: parses and calls. Imports lazily, so that a bad input is answered at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loadtests import options


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
    also: options.Also = None,
    feeds: options.Feeds = None,
    out: options.Out = None,
    allow: options.Allow = None,
    pool: options.Pool = 2000,
    processes: options.Processes = 1,
    as_json: options.AsJson = False,
) -> None:
    """Find the highest rate at which the objectives hold and queues do not grow, with its 90 % interval.

    Example: peakproof load capacity http://127.0.0.1:8080 --journeys platforms/orderhub/journeys.py
    --journey place-order --slo "place-order p99 < 500ms" --feeds feeds
    """
    import math
    import shlex

    from foundation import units
    from loadtests import asking, commands
    from loadtests.capacity import commands as searching
    from loadtests.capacity.search import Plan
    from loadtests.job import Job

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
        processes=processes,
        allowed=tuple(allow or []),
    )
    plan = Plan(
        start=first,
        trials=timing.trials,
        most=asking.quantity("--most", units.rate, most) if most else math.inf,
        seed=seed,
    )
    code = searching.capacity(
        job, asking.objectives(slo), timing, plan, shlex.split(reset or ""), as_json=as_json
    )
    raise typer.Exit(int(code))
