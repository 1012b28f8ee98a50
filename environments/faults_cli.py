"""`peakproof faults …`: parses, calls, prints. The engine is imported when a command runs."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    help="Faults: what may befall nodes while a load runs.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def _group() -> None:
    """Faults: what may befall nodes while a load runs."""


@app.command("list")
def listed(
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout, for machines.")
    ] = False,
) -> None:
    """List the faults, which of them this machine can do, and why not the others.

    Example: peakproof faults list
    """
    from environments import faults_commands
    from foundation.console import print_json

    found = faults_commands.here()
    if as_json:
        print_json({"faults": found})
    else:
        faults_commands.show(found)
