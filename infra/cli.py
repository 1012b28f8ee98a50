"""`peakproof infra`: parses, calls, prints. Imports Pulumi only when a command needs it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="The same topology as a Pulumi program.",
)


@app.callback()
def infra() -> None:
    """The same topology as a Pulumi program."""


@app.command()
def check(
    definition: Annotated[
        str, typer.Argument(help="A definition's name, or a path with a slash.", metavar="DEFINITION")
    ],
    site: Annotated[
        str, typer.Option(help="A site's name, or a path with a slash.", metavar="SITE")
    ] = "laptop",
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout, for machines.")
    ] = False,
) -> None:
    """Compare a definition's Pulumi program with its topology.

    Node by node; needs no Docker and no engine. Ends with 0 when they are the same, with 4 when they differ.

    Example: peakproof infra check laptop
    """
    from foundation.console import people, print_json
    from foundation.errors import ExitCode
    from infra import checking, display

    found = checking.check(definition, site=site, beside=Path.cwd())
    if as_json:
        print_json(found.to_dict())
    else:
        display.show(people(), found)
    if found.differences:
        raise typer.Exit(ExitCode.DIFFERENT)
