"""The options of `peakproof load`, each with its help. Says what can be given; reads nothing of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

# What is loaded -------------------------------------------------------------------------------------------

Url = Annotated[
    str | None,
    typer.Argument(
        help="Base URL, loopback unless allowed; or a run file, whose values options replace.",
        metavar="URL|FILE.yaml",
    ),
]
Host = Annotated[str | None, typer.Option(help="The base URL, as Locust calls it.", metavar="URL")]
Allow = Annotated[
    list[str] | None,
    typer.Option(help="A host name or network outside this machine that may be loaded.", metavar="HOST"),
]
Ca = Annotated[
    Path | None,
    typer.Option(help="A PEM file of the authority that signed the target's certificate.", metavar="FILE"),
]

# What users do --------------------------------------------------------------------------------------------

Journeys = Annotated[Path | None, typer.Option(help="A Python file with Journey classes.", metavar="FILE")]
Journey = Annotated[
    str | None, typer.Option(help="The main journey of --journeys: the one the rate counts.", metavar="NAME")
]
Also = Annotated[
    list[str] | None,
    typer.Option(
        help="Another journey and its ratio to the main one, such as browse:5.", metavar="NAME:RATIO"
    ),
]
Feeds = Annotated[
    Path | None, typer.Option(help="A folder of CSV files that journeys pick from.", metavar="FOLDER")
]
Connections = Annotated[
    str,
    typer.Option(
        help="pool: kept alive by each user; per-journey: opened anew for each journey.", metavar="HOW"
    ),
]
Locustfile = Annotated[
    Path | None,
    typer.Option(help="A locustfile, as it is: its users, or its tasks at a --rate.", metavar="FILE"),
]
Users = Annotated[int | None, typer.Option(help="A locustfile's users: the closed model.", metavar="COUNT")]
SpawnRate = Annotated[float | None, typer.Option(help="Users started per second.", metavar="RATE")]
LocustOptions = Annotated[
    str,
    typer.Option(help='Options for Locust and the locustfile, such as "--tags checkout".', metavar="OPTIONS"),
]

# When arrivals come ---------------------------------------------------------------------------------------

Rate = Annotated[
    str | None,
    typer.Option(help="Arrivals of the main journey, such as 60/s; a profile's peak.", metavar="RATE"),
]
Duration = Annotated[str, typer.Option(help="How long arrivals come, such as 60s.", metavar="TIME")]
Profile = Annotated[str, typer.Option(help="How the rate changes; load profiles draws them.", metavar="NAME")]
Replay = Annotated[
    Path | None, typer.Option(help="A CSV file or access log whose times are the profile.", metavar="FILE")
]
Ramp = Annotated[
    Path | None,
    typer.Option(help="A CSV file of times and rates: profile, rate and duration at once.", metavar="FILE"),
]
Seed = Annotated[int, typer.Option(help="The same seed makes the same load.", metavar="NUMBER")]
Evenly = Annotated[bool, typer.Option("--evenly", help="Evenly spaced arrivals instead of Poisson's.")]
Pool = Annotated[int, typer.Option(help="Journeys at once; more arrivals are turned away.", metavar="COUNT")]

# Who generates them ---------------------------------------------------------------------------------------

Processes = Annotated[int, typer.Option(help="Generator processes that share the arrivals.", metavar="COUNT")]
Workers = Annotated[
    str | None,
    typer.Option(
        help="Hosts that generate the load, started over SSH, such as load1,load2.", metavar="HOSTS"
    ),
]
WorkerCommand = Annotated[
    str, typer.Option(help="What peakproof is called on those hosts.", metavar="COMMAND")
]
ExpectWorkers = Annotated[
    int | None,
    typer.Option(help="Wait for so many workers, started by hand with load worker.", metavar="COUNT"),
]
Bind = Annotated[
    str | None,
    typer.Option(help="Where these workers come to; loopback by default.", metavar="HOST:PORT"),
]
Once = Annotated[
    bool, typer.Option("--once", help="Send one arrival of each journey, and show all that is said.")
]
NoSelfTest = Annotated[
    bool, typer.Option("--no-self-test", help="Do not test this machine for 3 s before the load.")
]

# What is judged, shown and left ---------------------------------------------------------------------------

Slo = Annotated[
    list[str] | None,
    typer.Option(help='An objective, such as "place-order p99 < 500ms".', metavar="OBJECTIVE"),
]
AbortOn = Annotated[
    list[str] | None,
    typer.Option(help='End early and fail, such as "attempt-errors > 90% for 10s".', metavar="RULE"),
]
Out = Annotated[
    Path | None, typer.Option(help="A new folder for the results; report/RUN by default.", metavar="FOLDER")
]
Junit = Annotated[Path | None, typer.Option(help="Write the verdict as JUnit XML, too.", metavar="FILE")]
MetricsPort = Annotated[
    int | None,
    typer.Option(help="Serve metrics for Prometheus on this loopback port meanwhile.", metavar="PORT"),
]
Web = Annotated[
    int | None,
    typer.Option(help="Serve Locust's web UI on this loopback port meanwhile, such as 8089.", metavar="PORT"),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for machines.")]
