"""The options of `peakproof load`, each with its help. Says what can be given; reads nothing of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

# What is loaded -------------------------------------------------------------------------------------------

Url = Annotated[str | None, typer.Argument(help="base URL; loopback unless allowed")]
Host = Annotated[str | None, typer.Option(help="the base URL, as Locust calls it")]
Allow = Annotated[
    list[str] | None, typer.Option(help="a host name or network outside this machine that may be loaded")
]
Ca = Annotated[
    Path | None, typer.Option(help="a PEM file of the authority that signed the target's certificate")
]

# What users do --------------------------------------------------------------------------------------------

Journeys = Annotated[Path | None, typer.Option(help="a Python file with Journey classes")]
Journey = Annotated[str | None, typer.Option(help="the main journey of --journeys: the one the rate counts")]
Also = Annotated[
    list[str] | None, typer.Option(help="another journey and its ratio to the main one, such as browse:5")
]
Feeds = Annotated[Path | None, typer.Option(help="a folder of CSV files that journeys pick from")]
Connections = Annotated[
    str, typer.Option(help="pool: kept alive by each user; per-journey: opened anew for each journey")
]
Locustfile = Annotated[
    Path | None, typer.Option(help="a locustfile, as it is: its users, or its tasks at a --rate")
]
Users = Annotated[int | None, typer.Option(help="a locustfile's users: the closed model")]
SpawnRate = Annotated[float | None, typer.Option(help="users started per second")]
LocustOptions = Annotated[
    str, typer.Option(help='options for Locust and the locustfile, such as "--tags checkout"')
]

# When arrivals come ---------------------------------------------------------------------------------------

Rate = Annotated[
    str | None, typer.Option(help="arrivals of the main journey, such as 60/s; a profile's peak")
]
Duration = Annotated[str, typer.Option(help="how long arrivals come, such as 60s")]
Profile = Annotated[str, typer.Option(help="how the rate changes; load profiles draws them")]
Replay = Annotated[Path | None, typer.Option(help="a CSV file or access log whose times are the profile")]
Seed = Annotated[int, typer.Option(help="the same seed makes the same load")]
Evenly = Annotated[bool, typer.Option("--evenly", help="evenly spaced arrivals instead of Poisson's")]
Pool = Annotated[int, typer.Option(help="journeys at once; more arrivals are turned away")]

# Who generates them ---------------------------------------------------------------------------------------

Processes = Annotated[int, typer.Option(help="generator processes that share the arrivals")]
Workers = Annotated[
    str | None, typer.Option(help="hosts that generate the load, started over SSH, such as load1,load2")
]
WorkerCommand = Annotated[str, typer.Option(help="what peakproof is called on those hosts")]
ExpectWorkers = Annotated[
    int | None, typer.Option(help="wait for so many workers, started by hand with load worker")
]
Bind = Annotated[str | None, typer.Option(help="HOST:PORT that these workers come to; loopback by default")]
NoSelfTest = Annotated[
    bool, typer.Option("--no-self-test", help="do not test this machine for 3 s before the load")
]

# What is judged, shown and left ---------------------------------------------------------------------------

Slo = Annotated[list[str] | None, typer.Option(help='an objective, such as "place-order p99 < 500ms"')]
AbortOn = Annotated[
    list[str] | None, typer.Option(help='end early and fail, such as "attempt-errors > 90% for 10s"')
]
Out = Annotated[Path | None, typer.Option(help="a new folder for the results; report/RUN by default")]
Junit = Annotated[Path | None, typer.Option(help="write the verdict as JUnit XML, too")]
MetricsPort = Annotated[
    int | None, typer.Option(help="serve metrics for Prometheus on this loopback port meanwhile")
]
Web = Annotated[
    int | None, typer.Option(help="serve Locust's web UI on this loopback port meanwhile, such as 8089")
]
AsJson = Annotated[bool, typer.Option("--json", help="one JSON document on stdout, for machines")]
