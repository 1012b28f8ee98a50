"""`peakproof env`: parses, calls, prints. Imports the engine only when a command needs it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from environments import desk_cli
from environments.compose import cli as compose_cli

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Environments: brought up from a definition, adopted, listed, taken down.",
)

app.add_typer(desk_cli.app)
app.add_typer(compose_cli.app)

Name = Annotated[str, typer.Argument(help="The environment's name, as `env list` shows it.", metavar="NAME")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for machines.")]


@app.command()
def up(
    definition: Annotated[
        str, typer.Argument(help="A definition's name, or a path with a slash.", metavar="DEFINITION")
    ],
    site: Annotated[
        str, typer.Option(help="A site's name, or a path with a slash.", metavar="SITE")
    ] = "laptop",
    name: Annotated[
        str | None, typer.Option(help="The environment's name; the definition's by default.", metavar="NAME")
    ] = None,
    ttl: Annotated[str, typer.Option(help="How long it stays, such as 90m.", metavar="TIME")] = "8h",
    why: Annotated[
        str, typer.Option(help="What it is for, as `env list` shows it to others.", metavar="TEXT")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Bring an environment up, or adopt the one that runs.

    Example: peakproof env up laptop --ttl 2h
    """
    from environments import wanted
    from foundation.console import print_json

    read = replace(wanted.read(definition, site=site, name=name, beside=Path.cwd()), why=why)
    seconds = wanted.lasting(ttl)
    from environments import commands  # the engine, only for what is right

    summary = commands.up(read, ttl=seconds)
    if as_json:
        print_json(summary)


@app.command()
def down(name: Name) -> None:
    """Take an environment down, with its volumes and secrets.

    Example: peakproof env down laptop
    """
    from environments import wanted

    meant = wanted.standing(name)
    from environments import commands

    commands.down(meant)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List environments: whose and why, how long they stay, what they take.

    Example: peakproof env list
    """
    from environments.desk import listing
    from environments.docker_client import connect
    from foundation.console import print_json

    rows = listing.rows(connect())
    if as_json:
        print_json({"environments": rows})
    else:
        listing.show(rows)


@app.command()
def status(name: Name, as_json: AsJson = False) -> None:
    """Show an environment's nodes and endpoints.

    Example: peakproof env status laptop
    """
    from environments import commands
    from foundation.console import print_json

    described = commands.described(name)
    if as_json:
        print_json(described)
    else:
        commands.show_status(described)


@app.command()
def extend(
    name: Name,
    ttl: Annotated[
        str, typer.Option(help="How long it stays from now on, such as 4h.", metavar="TIME")
    ] = "8h",
) -> None:
    """Let an environment stay longer, or shorter, counted from now.

    Example: peakproof env extend laptop --ttl 30m
    """
    from environments import wanted

    seconds = wanted.lasting(ttl)
    from environments import commands

    commands.extend(name, seconds)


@app.command()
def check(
    definition: Annotated[
        str, typer.Argument(help="A definition's name, or a path with a slash.", metavar="DEFINITION")
    ],
    as_json: AsJson = False,
) -> None:
    """Check a definition and show what it would run; no Docker.

    Example: peakproof env check laptop
    """
    from dataclasses import asdict

    from environments import giving
    from environments.loading import topology_of
    from foundation.console import people, print_json

    loaded = topology_of(definition, beside=Path.cwd())
    topology = loaded.topology
    giving.refuse_missing(giving.sources(loaded.definition), topology.secrets)
    if as_json:
        print_json({"digest": topology.digest, "topology": asdict(topology)})
        return
    people().print(f"{topology.definition}: {len(topology.nodes)} nodes, digest {topology.digest}")
    for node in topology.nodes:
        people().print(
            f"  {node.name:<14} {node.process.image:<16} needs {', '.join(node.needs) or 'nothing'}"
        )
