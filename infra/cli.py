"""`peakproof infra`: parses, calls, prints. Imports Pulumi only when a command needs it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from environments.wanted import Wanted

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="The same topology as infrastructure that stays, by Pulumi.",
)


@app.callback()
def infra() -> None:
    """The same topology as infrastructure that stays, by Pulumi."""
    from infra.checking import require_pulumi

    require_pulumi()


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
    from infra import checked, checking

    found = checking.check(definition, site=site, beside=Path.cwd())
    if as_json:
        print_json(found.to_dict())
    else:
        checked.show(people(), found)
    if found.differences:
        raise typer.Exit(ExitCode.DIFFERENT)


Definition = Annotated[
    str, typer.Argument(help="A definition's name, or a path with a slash.", metavar="DEFINITION")
]
OnSite = Annotated[str, typer.Option("--site", help="A site's name, or a path with a slash.", metavar="SITE")]
Named = Annotated[
    str | None, typer.Option("--name", help="The stack's name; the definition's by default.", metavar="NAME")
]
Name = Annotated[str, typer.Argument(help="The stack's name, as it was brought up.", metavar="NAME")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for machines.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; production is asked for all the same.")]
Typed = Annotated[
    str | None,
    typer.Option(
        "--confirm", help="The name, typed: what production asks for instead of --yes.", metavar="NAME"
    ),
]


Waived = Annotated[
    list[str] | None,
    typer.Option("--waive", help="Accept what staging and production refuse: host-loss.", metavar="WAIVER"),
]


@app.command()
def preview(
    definition: Definition, site: OnSite = "laptop", name: Named = None, as_json: AsJson = False
) -> None:
    """Show what `up` would change; change nothing.

    Example: peakproof infra preview laptop
    """
    wanted = _wanted(definition, site, name)
    from foundation.console import print_json
    from infra import commands

    document = commands.preview(wanted)
    if as_json:
        print_json(document)


@app.command()
def up(
    definition: Definition,
    site: OnSite = "laptop",
    name: Named = None,
    yes: Yes = False,
    confirm: Typed = None,
    waive: Waived = None,
    as_json: AsJson = False,
) -> None:
    """Make a definition stand on its site, step by step, after showing what changes.

    Example: peakproof infra up laptop --yes
    """
    wanted = _wanted(definition, site, name)
    from foundation.console import print_json
    from infra import commands, confirming

    document = commands.up(
        wanted,
        confirmed=confirming.how(
            wanted.name, wanted.topology.environment_class, yes=yes, typed=confirm, doing="Change it?"
        ),
        waived=waive or (),
    )
    if as_json:
        print_json(document)


@app.command()
def status(name: Name, as_json: AsJson = False) -> None:
    """Show a stack's nodes and endpoints.

    Example: peakproof infra status laptop
    """
    from foundation.console import print_json
    from infra import commands

    document = commands.status(_named(name))
    if as_json:
        print_json(document)


@app.command()
def drift(name: Name, as_json: AsJson = False) -> None:
    """Show what was changed by hand since the last `up`. Ends with 4 where something was.

    Example: peakproof infra drift laptop
    """
    from foundation.console import print_json
    from foundation.errors import ExitCode
    from infra import commands

    document = commands.drift(_named(name))
    if as_json:
        print_json(document)
    if not document["same"]:
        raise typer.Exit(ExitCode.DIFFERENT)


@app.command()
def destroy(name: Name, yes: Yes = False, confirm: Typed = None, as_json: AsJson = False) -> None:
    """Remove a stack: nodes, networks, volumes with their data, secrets.

    Example: peakproof infra destroy laptop --yes
    """
    from foundation.console import print_json
    from infra import commands

    document = commands.destroy(_named(name), yes=yes, typed=confirm)
    if as_json:
        print_json(document)


def _wanted(definition: str, site: str, name: str | None) -> Wanted:
    """What a person asks for, read and checked before Pulumi is loaded."""
    from environments import wanted

    return wanted.read(definition, site=site, name=name, beside=Path.cwd())


def _named(name: str) -> str:
    from environments.wanted import named

    return named(name, where="NAME")
