"""What the commands of the desk do: attach, ask, show."""

from __future__ import annotations

from collections.abc import Sequence

from environments import environment
from environments.desk import credentials, psql, terminal
from environments.desk.credentials import Credentials
from environments.docker_client import connect
from foundation.console import people

# bash where the image has it, else whatever shell there is.
SHELL = ("sh", "-c", "command -v bash >/dev/null && exec bash || exec sh")


def credentials_of(name: str, service: str | None) -> list[Credentials]:
    """How this machine reaches a service, or all. Raises InputError."""
    return credentials.of(environment.attach(connect(), name).instance, service)


def show_credentials(found: Sequence[Credentials]) -> None:
    """A block a service, for people: nothing is cut, so that everything can be copied."""
    console = people()
    for number, each in enumerate(found):
        console.print(f"{'' if number == 0 else chr(10)}[bold]{each.service}[/]")
        for key, value in each.document().items():
            if key != "service" and value is not None:
                console.print(f"  {key:<9}", value, markup=False, soft_wrap=True)


def execute(name: str, node: str, command: Sequence[str]) -> int:
    """A command in a node, with this process's input and output; returns its exit code."""
    return terminal.inside(environment.attach(connect(), name), node, command)


def shell(name: str, node: str) -> int:
    """A shell in a node."""
    return execute(name, node, SHELL)


def sql(name: str, service: str | None, arguments: Sequence[str]) -> int:
    """psql in the node that leads a database."""
    running = environment.attach(connect(), name)
    database = psql.chosen(running.instance.topology, service, within=name)
    return terminal.inside(running, psql.node_of(running, database), psql.command(arguments))
