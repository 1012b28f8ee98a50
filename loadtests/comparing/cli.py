"""`peakproof load compare` and `load spread`: parse, call. Everything heavy is imported when they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Percentiles = Annotated[
    list[str] | None, typer.Option(help="Such as p99, the default; may be given again.", metavar="PERCENTILE")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for machines.")]


def compare(
    base: Annotated[
        list[Path],
        typer.Option(help="A run before, or a folder of runs; may be given again.", metavar="RUNS"),
    ],
    new: Annotated[
        list[Path], typer.Option(help="A run after, or a folder of runs; may be given again.", metavar="RUNS")
    ],
    percentile: Percentiles = None,
    seed: Annotated[
        int, typer.Option(help="Of the bootstrap: the same seed gives the same answer.", metavar="NUMBER")
    ] = 7,
    other_target: Annotated[
        bool,
        typer.Option(help="The targets differ, and are what is compared: the runs are taken all the same."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say whether runs are faster, slower or the same as others.

    Ends with 0 when they are faster or the same, 1 when slower, 3 when it cannot be decided.

    Example: peakproof load compare --base runs/main --new runs/branch
    """
    from loadtests.comparing import commands

    quantiles = [commands.quantile(text) for text in percentile or ["p99"]]
    raise typer.Exit(
        int(commands.compare(base, new, quantiles, seed, as_json=as_json, other_target=other_target))
    )


def spread(
    runs: Annotated[
        list[Path], typer.Argument(help="Runs of one version, or folders of such.", metavar="RUNS")
    ],
    percentile: Percentiles = None,
    as_json: AsJson = False,
) -> None:
    """Store how much runs of one version differ on this machine.

    Single runs are then compared against it.

    Example: peakproof load spread runs/main
    """
    from loadtests.comparing import commands

    quantiles = [commands.quantile(text) for text in percentile or ["p99"]]
    raise typer.Exit(int(commands.store_spread(runs, quantiles, as_json=as_json)))
