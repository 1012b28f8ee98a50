"""`peakproof load compare` and `load spread`: parse, call. Everything heavy is imported when they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Percentiles = Annotated[
    list[str] | None, typer.Option(help="a percentile, such as p99 (the default); may be given again")
]
AsJson = Annotated[bool, typer.Option("--json", help="one JSON document on stdout, for machines")]


def compare(
    base: Annotated[list[Path], typer.Option(help="a run before, or a folder of runs; may be given again")],
    new: Annotated[list[Path], typer.Option(help="a run after, or a folder of runs; may be given again")],
    percentile: Percentiles = None,
    seed: Annotated[int, typer.Option(help="of the bootstrap: the same seed gives the same answer")] = 7,
    as_json: AsJson = False,
) -> None:
    """Say whether runs are faster, slower or the same as others; 0 faster or same, 1 slower, 3 undecided.

    Example: peakproof load compare --base runs/main --new runs/branch
    """
    from loadtests.comparing import commands

    quantiles = [commands.quantile(text) for text in percentile or ["p99"]]
    raise typer.Exit(int(commands.compare(base, new, quantiles, seed, as_json=as_json)))


def spread(
    runs: Annotated[list[Path], typer.Argument(help="runs of one version, or folders of such")],
    percentile: Percentiles = None,
    as_json: AsJson = False,
) -> None:
    """Store how much runs of the same version differ on this machine, for comparing single runs.

    Example: peakproof load spread runs/main
    """
    from loadtests.comparing import commands

    quantiles = [commands.quantile(text) for text in percentile or ["p99"]]
    raise typer.Exit(int(commands.store_spread(runs, quantiles, as_json=as_json)))
