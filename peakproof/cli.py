"""The root of the command line. A room is imported only when one of its commands is called."""

from __future__ import annotations

import importlib
import os
import sys

import click
import typer

from foundation import console

# Command -> where its Typer application or function stands, and what `--help` says of it.
ROOMS: dict[str, tuple[str, str]] = {
    "rehearse": ("peakproof.commands:rehearse", "Rehearse a season: load, faults, verdict, report."),
    "env": ("environments.cli:app", "Environments: brought up from a definition, listed, taken down."),
    "anonymize": ("anonymizer.cli:app", "Copy a database with personal data replaced."),
    "load": ("loadtests.cli:app", "Send open arrivals to a URL and judge them."),
    "infra": ("infra.cli:app", "The same topology as a Pulumi program."),
    "doctor": ("peakproof.doctor:command", "Say what this machine has and lacks."),
}


class Rooms(click.Group):
    """A group whose commands are imported when they are asked for, so that a bad input is answered quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(ROOMS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in ROOMS:
            return None
        place, summary = ROOMS[cmd_name]
        module, _, name = place.partition(":")
        command = _as_command(getattr(importlib.import_module(module), name))
        command.name, command.short_help = cmd_name, summary
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in ROOMS.items()])


def _as_command(found: object) -> click.Command:
    if isinstance(found, typer.Typer):
        return typer.main.get_command(found)
    application = typer.Typer()
    assert callable(found)
    application.command()(found)
    return typer.main.get_command(application)


@click.group(cls=Rooms, no_args_is_help=True)
@click.option("--verbose", is_flag=True, help="show tracebacks")
@click.version_option(package_name="peakproof")
def root(verbose: bool) -> None:  # noqa: FBT001 - click's way of a flag
    """Peakproof rehearses the peak: an environment like production, safe data, peak orders, faults, a verdict.

    Example: peakproof rehearse seasons/laptop.yaml
    """
    if verbose:
        os.environ[console.VERBOSE] = "1"


def main() -> None:
    """Entry point of the `peakproof` command."""
    sys.exit(console.run(root))
