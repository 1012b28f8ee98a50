"""`peakproof hosts`: parses, calls, prints. Imports Docker and Ansible only when a command needs them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from playbooks.running.outcome import Outcome

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
_BY_ANSIBLE = ("configure", "check", "renew", "patch")
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for machines.")]


@app.callback()
def hosts(context: typer.Context) -> None:
    """Hosts of a site: bare machines configured by Ansible, checked, patched; three of them in a box."""
    if context.invoked_subcommand in _BY_ANSIBLE:
        from playbooks.configuring import require_ansible

        require_ansible()


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


Site = Annotated[str, typer.Argument(help="A site's name, or a path with a slash.", metavar="SITE")]
Limit = Annotated[
    str | None, typer.Option("--limit", help="These hosts alone, with commas between.", metavar="HOSTS")
]
Tags = Annotated[
    str | None, typer.Option("--tags", help="These roles alone, with commas between.", metavar="ROLES")
]


@app.command()
def configure(
    site: Site,
    limit: Limit = None,
    tags: Tags = None,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; say what would be.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show the lines that change.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the hosts of a site what it says, from bare machines on.

    Whatever is as it should be stays; a host that failed half way is finished by the next run. The entry of
    what `infra up` or `env up` made there is opened as long as it stands.

    Example: peakproof hosts configure box
    """
    from playbooks import configuring

    wanted = configuring.read(site, limit=limit, tags=tags)
    manner = configuring.Manner(command="hosts configure", check=check, diff=diff)
    _answer(configuring.run(wanted, manner), as_json=as_json)


@app.command("check")
def check_(site: Site, limit: Limit = None, as_json: AsJson = False) -> None:
    """Show what on the hosts is not as the site says; change nothing. Ends with 4 where something is.

    Example: peakproof hosts check box
    """
    from playbooks import configuring

    wanted = configuring.read(site, limit=limit)
    manner = configuring.Manner(command="hosts check", check=True, diff=True)
    _answer(configuring.run(wanted, manner), as_json=as_json)


@app.command()
def renew(site: Site, limit: Limit = None, as_json: AsJson = False) -> None:
    """Renew the certificates that are due, one host after the other; stops at the first that fails.

    Example: peakproof hosts renew box
    """
    from playbooks import configuring

    wanted = configuring.read(site, playbook="renew", limit=limit)
    _answer(configuring.run(wanted, configuring.Manner(command="hosts renew")), as_json=as_json)


@app.command()
def patch(
    site: Site,
    limit: Limit = None,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; say what is to upgrade.")] = False,
    as_json: AsJson = False,
) -> None:
    """Upgrade the hosts' packages, one host after the other; stops at the first that fails.

    A host hands the virtual address over and stops its containers, and they are healthy again before the next
    one's turn. Refused where a service would stop with its host.

    Example: peakproof hosts patch box
    """
    from playbooks import configuring

    wanted = configuring.read(site, playbook="patch", limit=limit)
    manner = configuring.Manner(command="hosts patch", check=check, diff=check)
    _answer(configuring.run(wanted, manner), as_json=as_json)


def _answer(outcome: Outcome, *, as_json: bool) -> None:
    from foundation.console import print_json

    if as_json:
        print_json(outcome.to_dict())
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)


@app.command()
def audit(
    site: Annotated[str, typer.Argument(help="A site's name, or a path with a slash.", metavar="SITE")],
    report: Annotated[
        Path | None,
        typer.Option("--report", help="Write the page, the JSON and the hosts' packages.", metavar="FOLDER"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look at every host, change nothing, and map what is found to the controls that it evidences.

    Ends with 1 where a finding is of severity high, with 3 where something was not looked at, with 69 where a
    host was not reached.

    Example: peakproof hosts audit box --report audit
    """
    from foundation.console import print_json
    from playbooks.auditing import commands

    made = commands.audit(site, report)
    if as_json:
        print_json(made.to_dict())
    raise typer.Exit(made.exit_code)
