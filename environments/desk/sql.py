"""A database's own client, inside its own node: no variable or argument holds the password."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from environments import slicing
from environments.containers import roles
from environments.desk.credentials import image_of
from environments.desk.naming import unknown
from environments.environment import Environment
from environments.topology import Topology
from foundation.errors import InputError, Unavailable

# The password goes from the node's secret file to a file that has no name any more when the client starts: it
# is in no argument and no variable, and gone when the client is, however it ends. bash does all of it itself.
_PSQL = r"""
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
_MARIADB = r"""
set -euo pipefail
umask 077
password=$(<"$MARIADB_PASSWORD_FILE")
password=${password//\\/\\\\}
file=$(mktemp /dev/shm/mariadb.XXXXXXXX)
exec 9<>"$file"
rm "$file"
printf '[client]\npassword="%s"\n' "${password//\"/\\\"}" >&9
exec mariadb --defaults-file=/proc/self/fd/9 --user="$MARIADB_USER" --database="$MARIADB_DATABASE" "$@"
"""
CLIENTS: Mapping[str, str] = {"postgres": _PSQL, "mariadb": _MARIADB}
"""The image by which a service is known as a database -> what runs its client there, in bash."""


def command(image: str, arguments: Sequence[str]) -> list[str]:
    """What runs inside the node: the client as the platform's own user, with a person's further arguments."""
    return ["bash", "-c", CLIENTS[image], image, *arguments]


def databases(topology: Topology, images: Collection[str] = CLIENTS.keys()) -> list[str]:
    """The services that are a database, of one of these kinds."""
    services = dict.fromkeys(node.service for node in topology.nodes)
    return [service for service in services if image_of(topology, service) in images]


def chosen(
    topology: Topology, service: str | None, *, within: str, images: Collection[str] = CLIENTS.keys()
) -> str:
    """The database that is meant: the named one, or the only one. Raises InputError."""
    known = databases(topology, images)
    _refuse_containers(topology, service, known, within=within)
    what, verb = ("PostgreSQL database", "psql") if images == {"postgres"} else ("database", "sql")
    if service is not None:
        if service not in known:
            raise unknown(what, service, known, within=within)
        return service
    if len(known) != 1:
        there = ", ".join(known) or "none"
        raise InputError(
            f"{within} has {len(known)} {what}s: {there}",
            hint=f"name the one: `peakproof env {verb} NAME SERVICE`" if known else "",
        )
    return known[0]


def _refuse_containers(topology: Topology, service: str | None, known: Sequence[str], *, within: str) -> None:
    """Raises InputError where what is meant is a database of an image of others."""
    foreign = [each for each in slicing.databases(topology) if each not in databases(topology)]
    if service is None and not known and len(foreign) == 1:
        service = foreign[0]
    if service in foreign:
        node = next(each.name for each in topology.nodes if each.service == service)
        raise InputError(
            f"{service} of {within} is an image of others: what client it has, nobody here knows",
            hint=f"`peakproof env exec {within} {node} -- …` runs a client that the image has; "
            f"`peakproof env credentials {within} {service}` says how one of this machine connects",
        )


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
