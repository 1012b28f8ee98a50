"""`peakproof hosts`: parses, calls, prints. Imports Docker and Ansible only when a command needs them."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Hosts of a site: bare machines configured by Ansible, checked, patched; three of them in a box.",
)
sandbox = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The site in a box: hosts that are containers of this machine.",
)
app.add_typer(sandbox, name="sandbox")

SandboxName = Annotated[
    str, typer.Option("--name", help="The sandbox; `box` is the site that the package knows.", metavar="NAME")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for machines.")]


@app.callback()
def hosts() -> None:
    """Hosts of a site: bare machines configured by Ansible, checked, patched; three of them in a box."""


@sandbox.command("up")
def sandbox_up(
    name: SandboxName = "box",
    count: Annotated[int, typer.Option("--hosts", help="How many hosts, 1 to 9.", metavar="NUMBER")] = 3,
    as_json: AsJson = False,
) -> None:
    """Make bare hosts in containers: systemd, sshd and a user who may use sudo, no more.

    Example: peakproof hosts sandbox up
    """
    from foundation.console import print_json
    from playbooks import commands

    made = commands.sandbox_up(name, count)
    if as_json:
        print_json(made)


@sandbox.command("down")
def sandbox_down(
    name: SandboxName = "box",
    packages: Annotated[
        bool, typer.Option("--packages", help="Remove the packages kept for the next sandbox, too.")
    ] = False,
) -> None:
    """Remove the hosts with all they hold, their network and their keys.

    Example: peakproof hosts sandbox down
    """
    from playbooks import commands

    commands.sandbox_down(name, packages=packages)
