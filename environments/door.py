"""The door: a guest of an instance, alone on the edge network. Forwards loopback ports inward.

It listens at its edge address alone, and rules of its own network namespace let connections pass one way:
from the edge in. Nothing inside reaches another network through it, and it reaches nothing of the machine.
"""

from __future__ import annotations

from environments import probes
from environments.nodes import (
    Attachments,
    File,
    Hardening,
    Node,
    Probes,
    Process,
    Published,
    Resources,
    TcpProbe,
)
from environments.services.haproxy import COMMON, CONFIG
from environments.topology import Endpoint, Network, Topology

EDGE = Network(name="edge", internal=False)
"""The one network that is not internal; only the door stands on it."""
FIRST_PORT = 10_000
MOVING_PORT = FIRST_PORT - 1
MEMORY = 64 * 1024**2
# What setting the rules needs, and becoming a user without any right: HAProxy itself has none.
CAPABILITIES = ("NET_ADMIN", "SETGID", "SETUID")


def guests(topology: Topology, hosts: int = 1, *, moving: bool = False) -> tuple[Node, ...]:
    """A door for each host; none where there is nothing to reach from outside.

    `moving`: the entry is published at an address that moves, too.
    """
    inner = tuple(network.name for network in topology.networks)
    doors = range(1, hosts + 1) if topology.endpoints else ()
    moves = next((each for each in topology.endpoints if moving and each.name == topology.entry), None)
    return tuple(describe(topology.endpoints, inner, number, moves) for number in doors)


def images_of(topology: Topology) -> list[str]:
    """Images that the nodes and the guests of an instance use, and what asks them whether they are ready."""
    own = {guest.process.image for guest in guests(topology)}
    return sorted({*topology.images(), *own, *probes.images(topology)})


def describe(
    endpoints: tuple[Endpoint, ...],
    networks: tuple[str, ...],
    number: int = 1,
    moves: Endpoint | None = None,
) -> Node:
    """The door's node: it listens on 10000, 10001, … for the endpoints in order, on 9999 for what moves."""
    published = tuple(
        Published(endpoint=endpoint.name, port=FIRST_PORT + number)
        for number, endpoint in enumerate(endpoints)
    )
    if moves is not None:
        published = (*published, Published(endpoint=moves.name, port=MOVING_PORT, moving=True))
    return Node(
        name=f"door-{number}",
        service="door",
        process=Process(image="door", command=("start-door", CONFIG), stop_grace=2.0),
        attachments=Attachments(
            networks=(EDGE.name, *networks),
            aliases=("door",),
            files=(File(path=CONFIG, content=config(endpoints, moves)),),
            published=published,
        ),
        resources=Resources(memory=MEMORY),
        hardening=Hardening(capabilities=CAPABILITIES),
        probes=Probes(ready=TcpProbe(port=FIRST_PORT)),
    )


def config(endpoints: tuple[Endpoint, ...], moves: Endpoint | None = None) -> str:
    """haproxy.cfg of a plain TCP forwarder; on its loopback address it asks itself whether it is ready."""
    also = f'    bind "${{EDGE_ADDRESS}}:{MOVING_PORT}"\n'
    listeners = "\n".join(
        f"listen {endpoint.name}\n"
        f"    bind 127.0.0.1:{FIRST_PORT + number}\n"
        f'    bind "${{EDGE_ADDRESS}}:{FIRST_PORT + number}"\n'
        f"{also if endpoint == moves else ''}"
        f"    server target {endpoint.target}:{endpoint.port}\n"
        for number, endpoint in enumerate(endpoints)
    )
    return f"""{COMMON}
    mode tcp
    timeout connect 2s
    timeout client 1h
    timeout server 1h

{listeners}"""
