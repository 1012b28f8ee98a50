"""`peakproof env`, the desk: passwords, shells, SQL, logs. Parses, calls, prints; imports when it must."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    from typer._click import Context

app = typer.Typer(rich_markup_mode=None)

Name = Annotated[str, typer.Argument(help="The environment's name, as `env list` shows it.", metavar="NAME")]
Node = Annotated[str, typer.Argument(help="A node, such as api-1.", metavar="NODE")]
Service = Annotated[
    str | None, typer.Argument(help="A service; may be left out where there is one.", metavar="SERVICE")
]
_AFTER = "environments.desk.after"


class PassesOn(TyperCommand):
    """A command that passes on whatever stands after `--`, so that none of it is taken for its own."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """The command's own words; the others are kept for `after`."""
        end = args.index("--") if "--" in args else len(args)
        ctx.meta[_AFTER] = args[end + 1 :]
        return super().parse_args(ctx, args[:end])

    def collect_usage_pieces(self, ctx: Context) -> list[str]:
        """The usage line, with what the others are."""
        return [*super().collect_usage_pieces(ctx), "[-- ARGS]"]


def after(context: typer.Context) -> list[str]:
    """What stood after `--`."""
    return list(context.meta[_AFTER])


@app.command()
def credentials(
    name: Name,
    service: Annotated[
        str | None, typer.Argument(help="A service; all of them without.", metavar="SERVICE")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout, for machines.")
    ] = False,
) -> None:
    """Show how this machine reaches the services, passwords included.

    Example: peakproof env credentials laptop database
    """
    from environments.desk import commands
    from foundation.console import print_json

    found = commands.credentials_of(name, service)
    if as_json:
        print_json({"name": name, "credentials": [each.document() for each in found]})
    else:
        commands.show_credentials(found)


@app.command(cls=PassesOn)
def sql(context: typer.Context, name: Name, service: Service = None) -> None:
    """Open a database's own client (psql, mariadb) inside its node; what stands after -- is for the client.

    Example: peakproof env sql laptop < questions.sql
    """
    from environments.desk import commands

    raise typer.Exit(commands.query(name, service, after(context)))


@app.command(cls=PassesOn)
def psql(context: typer.Context, name: Name, service: Service = None) -> None:
    """Open psql on a PostgreSQL database, inside its node; what stands after -- is for psql.

    Example: peakproof env psql laptop -- -c "SELECT now()"
    """
    from environments.desk import commands

    raise typer.Exit(commands.query(name, service, after(context), {"postgres"}))


@app.command()
def shell(name: Name, node: Node) -> None:
    """Open a shell in a node, as the node's own user.

    Example: peakproof env shell laptop api-1
    """
    from environments.desk import commands

    raise typer.Exit(commands.shell(name, node))


@app.command("exec", cls=PassesOn)
def exec_(context: typer.Context, name: Name, node: Node) -> None:
    """Run what stands after -- in a node: input, output and exit code are its own.

    Example: peakproof env exec laptop database-1 -- df -h
    """
    from foundation.errors import InputError

    if not after(context):
        raise InputError("nothing to run", hint=f"`peakproof env exec {name} {node} -- COMMAND`")
    from environments.desk import commands

    raise typer.Exit(commands.execute(name, node, after(context)))


@app.command("open")
def open_(
    name: Name,
    endpoint: Annotated[
        str | None, typer.Argument(help="An endpoint; the entry without.", metavar="ENDPOINT")
    ] = None,
) -> None:
    """Print an endpoint's URL, and open it where this machine has a browser.

    Example: peakproof env open laptop
    """
    from environments.desk import commands, opening

    address = commands.address(name, endpoint)
    typer.echo(address)
    opening.show(address)


@app.command()
def logs(
    name: Name,
    nodes: Annotated[
        list[str] | None, typer.Argument(help="Nodes, such as api-1; all of them without.", metavar="NODE")
    ] = None,
    lines: Annotated[
        int, typer.Option("--lines", "-n", min=1, help="How many of each one's last lines.", metavar="COUNT")
    ] = 100,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="And what they say from then on, until Ctrl-C.")
    ] = False,
) -> None:
    """Print the ends of nodes' logs on stdout, in order of time.

    Example: peakproof env logs laptop api-1 api-2 -f
    """
    from environments.desk import commands

    commands.log(name, nodes or [], lines, follow=follow)


@app.command()
def restart(name: Name, node: Node) -> None:
    """Stop a node and start it again; done when it is ready.

    Example: peakproof env restart laptop api-1
    """
    from environments.desk import commands

    commands.restart(name, node)


@app.command()
def prune(
    sure: Annotated[bool, typer.Option("--yes", help="Remove it without asking.")] = False,
) -> None:
    """Show what is left over: unheld environments, images that newer ones replaced. Remove it if told to.

    Example: peakproof env prune
    """
    from environments.desk import commands

    commands.prune(sure=sure)
