"""The root of the command line. A room is imported only when one of its commands is called."""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from foundation import console

if TYPE_CHECKING:
    from typer._click import Command, Context, HelpFormatter

# Command -> where its Typer application or function stands, and what `--help` says of it.
ROOMS: dict[str, tuple[str, str]] = {
    "rehearse": ("peakproof.commands:rehearse", "Rehearse a season: load, faults, verdict, report."),
    "env": ("environments.cli:app", "Environments: brought up from a definition, listed, taken down."),
    "anonymize": ("anonymizer.cli:app", "Copy a database with personal data replaced."),
    "load": ("loadtests.cli:app", "Send open arrivals to a URL and judge them."),
    "faults": ("environments.faults_cli:app", "What may befall nodes, and what this machine can do of it."),
    "infra": ("infra.cli:app", "The same topology as a Pulumi program."),
    "hosts": ("playbooks.cli:app", "Hosts of a site: configured by Ansible, checked; three in a box."),
    "doctor": ("peakproof.doctor:command", "Say what this machine has and lacks."),
}


class Rooms(TyperGroup):
    """A group whose commands are imported when they are asked for: a bad input is answered quickly."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 - typer's signature
        return list(ROOMS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002
        if cmd_name not in ROOMS:
            return None
        return _loaded(cmd_name, ROOMS[cmd_name][0])

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:  # noqa: ARG002
        """The overview, from the summaries alone: nothing is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in ROOMS.items()])


def _loaded(name: str, place: str) -> Command:
    module, _, attribute = place.partition(":")
    found = getattr(importlib.import_module(module), attribute)
    if isinstance(found, typer.Typer):
        command = typer.main.get_command(found)
    else:
        application = typer.Typer(add_completion=False, rich_markup_mode=None)
        application.command()(found)
        command = typer.main.get_command(application)
    command.name = name
    return command


app = typer.Typer(cls=Rooms, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"peakproof {version('peakproof')}")
        raise typer.Exit


@app.callback()
def root(
    verbose: Annotated[bool, typer.Option("--verbose", help="Show tracebacks; may stand anywhere.")] = False,
    show_version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Rehearse the peak: an environment like production, safe data, peak orders, faults, a verdict.

    Example: peakproof rehearse seasons/laptop.yaml
    """


def main() -> None:
    """Entry point of the `peakproof` command."""
    sys.exit(console.run(app))


if __name__ == "__main__":
    main()
