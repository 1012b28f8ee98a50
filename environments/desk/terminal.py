"""Programs inside nodes, with the person's own terminal: the `docker` client of this machine carries it.

Hosts elsewhere are reached through the same forwarded socket as everything else. Output and exit code are
those of the program inside.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence

from environments.desk.naming import unknown
from environments.docker_client import CLIENT, socket_of
from environments.docker_errors import mapped
from environments.environment import Environment
from environments.probes import NOT_RUNNABLE, NOT_THERE
from foundation.errors import Unavailable

_INTERRUPTED = 130
RUNNING = "running"


def inside(running: Environment, node: str, command: Sequence[str]) -> int:
    """Runs a command in a node, as the node's own user; returns its exit code.

    Raises InputError for an unknown node, Unavailable where it does not run or this machine has no client.
    """
    if node not in running.nodes:
        raise unknown("node", node, running.nodes, within=running.name)
    container = running.nodes[node].get_wrapped_container()
    with mapped(f"looking at {node}"):
        container.reload()
    if container.status != "running":
        raise Unavailable(
            f"{node} does not run: {running.state(running.nodes[node].node)}",
            hint=f"`peakproof env logs {running.name} {node}` says why; `env restart` starts it again",
        )
    engine = running.fleet.on(running.instance.placement[node])
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    return _run(argv(_client(), socket_of(engine), str(container.id), command, terminal=terminal))


def refuse_without_shell(running: Environment, node: str) -> None:
    """Raises Unavailable for a node that runs and whose image has no shell."""
    if node not in running.nodes or running.state(running.nodes[node].node) != RUNNING:
        return  # told by `inside`
    with mapped(f"looking for a shell in {node}"):
        status = running.nodes[node].get_wrapped_container().exec_run(["sh", "-c", ":"])[0]
    if status in (NOT_RUNNABLE, NOT_THERE):
        raise Unavailable(
            f"the image of {node} has no shell ({running.nodes[node].node.process.image})",
            hint=f"`env exec {running.name} {node} -- PROGRAM` runs a program that it has",
        )


def argv(
    client: str, socket: str | None, container: str, command: Sequence[str], *, terminal: bool
) -> list[str]:
    """The client's command line. Without a `terminal`, input is passed on as it comes. Pure."""
    engine = ["--host", f"unix://{socket}"] if socket else []
    return [client, *engine, "exec", "--interactive", *(["--tty"] if terminal else []), container, *command]


def _client() -> str:
    found = shutil.which(CLIENT)
    if found is None:
        raise Unavailable(
            "this machine has no `docker` command-line client, which carries a terminal into a node",
            hint="install it: `sudo apt-get install docker-cli` (Debian 13) or docker.io",
        )
    return found


def _run(argv: Sequence[str]) -> int:
    """The client with this process's input and output; a signal that ended it is told as a shell does."""
    process = subprocess.Popen(argv)
    while True:
        try:
            status = process.wait()
        except KeyboardInterrupt:
            continue  # the client was told as well, and ends when what runs inside has
        return status if status >= 0 else 128 - status
