"""psql on an environment's database, inside its own node: no variable or argument holds the password."""

from __future__ import annotations

from collections.abc import Sequence

from environments.containers import roles
from environments.desk.credentials import image_of
from environments.desk.naming import unknown
from environments.environment import Environment
from environments.topology import Topology
from foundation.errors import InputError, Unavailable

POSTGRES = "postgres"
"""The image by which a service is known as a PostgreSQL."""
# The password goes from the node's secret file to a file that has no name any more when psql starts: it is in
# no argument and no variable, and gone when psql is, however it ends. bash does all of it itself.
SCRIPT = r"""
set -euo pipefail
umask 077
password=$(<"$POSTGRES_PASSWORD_FILE")
password=${password//\\/\\\\}
file=$(mktemp /dev/shm/psql.XXXXXXXX)
exec 9<>"$file"
rm "$file"
printf '*:*:*:*:%s\n' "${password//:/\\:}" >&9
PGPASSFILE=/proc/self/fd/9 exec psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DATABASE" "$@"
"""


def command(arguments: Sequence[str]) -> list[str]:
    """What runs inside the node: psql as the platform's own user, with a person's further arguments."""
    return ["bash", "-c", SCRIPT, "psql", *arguments]


def databases(topology: Topology) -> list[str]:
    """The services that are a PostgreSQL."""
    services = dict.fromkeys(node.service for node in topology.nodes)
    return [service for service in services if image_of(topology, service) == POSTGRES]


def chosen(topology: Topology, service: str | None, *, within: str) -> str:
    """The database that is meant: the named one, or the only one. Raises InputError."""
    known = databases(topology)
    if service is not None:
        if service not in known:
            raise unknown("PostgreSQL database", service, known, within=within)
        return service
    if len(known) != 1:
        there = ", ".join(known) or "none"
        raise InputError(
            f"{within} has {len(known)} PostgreSQL databases: {there}",
            hint="name the one: `peakproof env psql NAME SERVICE`" if known else "",
        )
    return known[0]


def node_of(running: Environment, service: str) -> str:
    """The node that leads a database now. Raises Unavailable where none does."""
    leader = f"{service}.leader"
    role = next(each for each in running.instance.topology.roles if each.name == leader)
    containers = {name: node.get_wrapped_container() for name, node in running.nodes.items()}
    found = role.candidates[0] if len(role.candidates) == 1 else roles.ask(role, containers).node
    if found is None:
        raise Unavailable(
            f"nobody leads {service} now", hint=f"`peakproof env status {running.name}` shows its nodes"
        )
    return found
