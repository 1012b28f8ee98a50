"""The door: the one node on the edge network. Forwards loopback ports inward; starts nothing outward."""

from __future__ import annotations

from environments.services.haproxy import COMMAND, COMMON, CONFIG
from environments.services.kind import EDGE
from environments.topology import (
    Attachments,
    Endpoint,
    File,
    Node,
    Probes,
    Process,
    Published,
    Resources,
    TcpProbe,
)

FIRST_PORT = 10_000
MEMORY = 64 * 1024**2


def describe(endpoints: tuple[Endpoint, ...], networks: tuple[str, ...]) -> Node:
    """The door's node: it listens on 10000, 10001, … for the endpoints in order."""
    published = tuple(
        Published(endpoint=endpoint.name, port=FIRST_PORT + number)
        for number, endpoint in enumerate(endpoints)
    )
    return Node(
        name="door-1",
        service="door",
        process=Process(image="haproxy", command=COMMAND, stop_grace=2.0),
        attachments=Attachments(
            networks=(EDGE, *networks),
            aliases=("door",),
            files=(File(path=CONFIG, content=config(endpoints)),),
            published=published,
        ),
        resources=Resources(memory=MEMORY),
        probes=Probes(ready=TcpProbe(port=FIRST_PORT)),
    )


def config(endpoints: tuple[Endpoint, ...]) -> str:
    """haproxy.cfg of a plain TCP forwarder."""
    listeners = "\n".join(
        f"listen {endpoint.name}\n"
        f"    bind :{FIRST_PORT + number}\n"
        f"    server target {endpoint.target}:{endpoint.port}\n"
        for number, endpoint in enumerate(endpoints)
    )
    return f"""{COMMON}
    mode tcp
    timeout connect 2s
    timeout client 1h
    timeout server 1h

{listeners}"""
