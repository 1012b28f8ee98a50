"""What the `env` commands do, for the command line: calls the engine, shows people what happens."""

from __future__ import annotations

import difflib
import time
from collections.abc import Mapping

import docker
from rich.table import Table

from environments import entrance, environment, fleet, holding, placement
from environments.containers import leases, locks, manifests
from environments.desk import listing
from environments.display import NodeDisplay
from environments.docker_client import connect
from environments.environment import Environment
from environments.images.display import ImageDisplay
from environments.nodes import Node
from environments.wanted import Wanted
from foundation.console import people
from foundation.errors import Unavailable
from foundation.units import in_words


def up(wanted: Wanted, *, ttl: float) -> dict[str, object]:
    """Brings the environment up and returns what `status` would."""
    started = time.monotonic()
    hosts, console = fleet.connected(wanted.site.engines), people()
    with ImageDisplay(console) as progress:
        built = environment.prepare_images(wanted, hosts, progress)
    with (
        holding.working_on(hosts, wanted.name, built["python"]),
        NodeDisplay(console) as watch,
    ):
        standing = environment.up(wanted, hosts, built, watch)
    stays = holding.keep(hosts, wanted.name, built["python"], ttl)
    console.print(f"[green]{wanted.name} is up[/] after {in_words(time.monotonic() - started)}")
    for lost in placement.losses(wanted.topology, wanted.site, standing.instance.placement):
        console.print(f"host loss not covered: {lost}")
    _warn_where_nobody_answers(standing)
    if stays > ttl:
        console.print(
            f"it was to stay for longer than {in_words(ttl)}, and does; `env extend` makes a lease shorter"
        )
    described = described_by(environment.attach(hosts.home, wanted.name), stays)
    show_status(described)
    return described


def _warn_where_nobody_answers(standing: Environment) -> None:
    if standing.at_home or not standing.instance.topology.endpoints:
        return
    try:
        entrance.require(standing.instance)
    except Unavailable as nobody:
        people().print(f"[yellow]{nobody.what}[/]: {nobody.hint}")


def down(name: str) -> None:
    """Takes the environment down; that nothing was there is no error. Raises Refused while it is locked."""
    started, client = time.monotonic(), connect()
    locks.refuse_if_held(client, name)
    count = environment.down(client, name)
    what = f"{count} things removed in {in_words(time.monotonic() - started)}"
    people().print(f"{name}: {what if count else _nothing(client, name)}")


def _nothing(client: docker.DockerClient, name: str) -> str:
    """That nothing was there, and what may have been meant."""
    near = difflib.get_close_matches(name, manifests.names(client), n=1)
    return "nothing was there" + (f"; did you mean {near[0]!r}?" if near else "")


def extend(name: str, ttl: float) -> None:
    """Sets the lease of an environment that stands. Raises InputError when there is none."""
    client = connect()
    found = environment.attach(client, name)
    holding.extend(found.fleet, name, found.instance.images["python"], ttl)
    people().print(f"{name} stays for {in_words(ttl)}")


def described(name: str) -> dict[str, object]:
    """What an environment consists of. Raises InputError when there is none."""
    client = connect()
    lease = leases.newest(client, name)
    left = max(0.0, lease.until - time.time()) if lease else 0.0
    return described_by(environment.attach(client, name), left)


def described_by(running: Environment, seconds_left: float) -> dict[str, object]:
    """An environment as a document: nodes with their state, endpoints with their addresses."""
    topology, platforms = running.instance.topology, running.platforms()
    return {
        "name": running.name,
        "definition": topology.definition,
        "digest": topology.digest,
        "seconds_left": round(seconds_left),
        "nodes": {node.name: running.state(node) for node in running.instance.nodes},
        "images": {node.name: _image(running, node, platforms) for node in running.instance.nodes},
        "endpoints": {endpoint.name: running.instance.reached(endpoint) for endpoint in topology.endpoints},
    }


def _image(running: Environment, node: Node, platforms: Mapping[str, str]) -> dict[str, str]:
    identity = running.instance.images[node.process.image]
    return {"name": node.process.image, "id": identity, "platform": platforms.get(identity, "")}


def show_status(document: dict[str, object]) -> None:
    """Nodes and endpoints of one environment, for people."""
    nodes, endpoints, images = document["nodes"], document["endpoints"], document["images"]
    assert isinstance(nodes, dict)
    assert isinstance(images, dict)
    assert isinstance(endpoints, dict)
    table = Table("node", "state", "image", box=None)
    for node, state in nodes.items():
        table.add_row(node, state, images[node]["name"])
    doors = Table("endpoint", "address", box=None)
    for endpoint, address in endpoints.items():
        doors.add_row(endpoint, address)
    people().print(table, "", doors, "", f"stays for {listing.staying(document['seconds_left'])}")
