"""What the commands of the desk do: attach, ask, show."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence

import typer
from docker.models.containers import Container

from environments import environment
from environments.desk import credentials, logs, naming, opening, pruning, restarting, sql, terminal
from environments.desk.credentials import Credentials
from environments.desk.logs import Following, Line
from environments.docker_client import connect
from environments.environment import Environment
from foundation.console import forget_output, people
from foundation.units import in_words

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
    """A shell in a node. Raises Unavailable where its image has none."""
    running = environment.attach(connect(), name)
    terminal.refuse_without_shell(running, node)
    return terminal.inside(running, node, SHELL)


def query(
    name: str, service: str | None, arguments: Sequence[str], images: Collection[str] = sql.CLIENTS.keys()
) -> int:
    """The client of a database of one of these kinds, in the node that leads it."""
    running = environment.attach(connect(), name)
    topology = running.instance.topology
    database = sql.chosen(topology, service, within=name, images=images)
    command = sql.command(credentials.image_of(topology, database), arguments)
    return terminal.inside(running, sql.node_of(running, database), command)


def restart(name: str, node: str) -> None:
    """Restarts a node and says when it is ready."""
    started = time.monotonic()
    restarting.restart(connect(), name, node)
    people().print(f"{node} of {name} is ready again after {in_words(time.monotonic() - started)}")


def address(name: str, endpoint: str | None) -> str:
    """Where an endpoint is reached, the entry unless one is named."""
    return opening.url(environment.attach(connect(), name).instance, endpoint)


def log(name: str, nodes: Sequence[str], lines: int, *, follow: bool) -> None:
    """The ends of nodes' logs on stdout, and with `follow` what they say from then on, until Ctrl-C."""
    running = environment.attach(connect(), name)
    names = naming.chosen(nodes, running.nodes, within=name)
    show = logs.prefixed(names)

    def write(line: Line) -> None:
        sys.stdout.write(f"{show(line)}\n")
        sys.stdout.flush()

    containers = {each: running.nodes[each].get_wrapped_container() for each in names}
    try:
        ends = logs.tails(containers, lines)
        for line in ends:
            write(line)
        if follow:
            _follow(running, containers, write, {line.node: line.at for line in ends})
    except BrokenPipeError:  # `| head` has read enough
        forget_output()


def _follow(
    running: Environment,
    containers: Mapping[str, Container],
    write: Callable[[Line], None],
    after: Mapping[str, str],
) -> None:
    lifecycles = {name: running.nodes[name].node.lifecycle for name in containers}
    following = Following({name: (each, lifecycles[name]) for name, each in containers.items()}, write)
    try:
        following.run(after)
    except KeyboardInterrupt:  # that is how one ends to look
        following.stop()


def prune(*, sure: bool) -> None:
    """Shows what is left over and removes it once somebody is `sure`; without a terminal nobody is asked."""
    client, console = connect(), people()
    leftovers = pruning.found(client)
    if not leftovers:
        console.print("nothing is left over")
        return
    for line in pruning.told(leftovers):
        console.print(line, markup=False)
    if not sure and not (sys.stdin.isatty() and typer.confirm("remove all of this?", err=True)):
        console.print("nothing was removed; `peakproof env prune --yes` removes it without asking")
        return
    for line in pruning.remove(client, leftovers):
        console.print(f"stays: {line}", markup=False)
