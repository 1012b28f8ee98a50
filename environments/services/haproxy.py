"""HAProxy: balances HTTP over the nodes of one service. Knows no engine."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from environments.nodes import Attachments, File, HttpProbe, Node, Probes, Process, Resources, TcpProbe
from environments.platform import Platform
from environments.services.kind import (
    FRONT,
    Memory,
    Reference,
    Service,
    ServiceKind,
    ServiceOptions,
    Surroundings,
)
from environments.topology import Binding, Endpoint, Role
from environments.words import HttpPath, Name
from foundation.units import Duration

CONFIG = "/etc/haproxy/haproxy.cfg"
COMMAND = ("haproxy", "-W", "-db", "-f", CONFIG)

# Docker answers names on 127.0.0.11; a node that comes back may have a new address.
COMMON = """\
global
    maxconn 4096
    hard-stop-after 5s
    log stdout format raw local0 notice

resolvers docker
    nameserver dns 127.0.0.11:53
    hold valid 1s
    hold obsolete 5s
    resolve_retries 3
    timeout retry 500ms
    timeout resolve 500ms

defaults
    log global
    default-server init-addr libc,none resolvers docker resolve-prefer ipv4
"""


class HaproxyOptions(ServiceOptions):
    """A load balancer in front of a service.

    Its time-outs stand between the client's (longer) and the application's (shorter).
    """

    kind: Literal["haproxy"]
    memory: Memory = 128 * 1024**2
    to: Name = Field(description="the service that it balances, an application or a container")
    port: int = Field(default=8000, ge=1024, le=65535)
    health: HttpPath | None = Field(default=None, description="path that a healthy node answers with 200")
    per_server: int = Field(
        default=64, ge=1, description="requests that one server works on at once; more wait in the balancer"
    )
    connect_timeout: Duration = 0.5
    queue_timeout: Duration = 1.5
    server_timeout: Duration = 8.0
    client_timeout: Duration = 30.0


def bind(name: str, options: HaproxyOptions, _platform: Platform) -> Binding:
    return Binding(host=name, port=options.port, health=options.health)


def references(options: HaproxyOptions, _platform: Platform) -> list[Reference]:
    return [Reference(service=options.to, at=("to",), connects=True, kinds=("application", "container"))]


def describe(name: str, options: HaproxyOptions, surroundings: Surroundings) -> Service:
    (node,) = surroundings.members[name]
    servers = surroundings.members[options.to]
    port = surroundings.bindings[options.to].port
    assert port is not None, "a reference that connects is to a service with a port"
    balancer = Node(
        name=node,
        service=name,
        process=Process(image="haproxy", command=COMMAND, stop_grace=5.0),
        attachments=Attachments(
            networks=(FRONT,),
            aliases=(name,),
            files=(File(path=CONFIG, content=config(options, servers, port)),),
        ),
        resources=Resources(memory=options.memory),
        probes=Probes(ready=_ready(options)),
        needs=(),
    )
    return Service(
        nodes=(balancer,),
        flows=surroundings.flows(name, (options.to,)),
        endpoints=(Endpoint(name=name, target=name, port=options.port, protocol="http"),),
        roles=(
            Role(name=f"{name}.any", candidates=(node,)),
            Role(name=f"{name}.active", candidates=(node,), holds=_ready(options)),
        ),
    )


def _ready(options: HaproxyOptions) -> HttpProbe | TcpProbe:
    """Through the balancer, so that it is ready only once a server behind it is."""
    if options.health:
        return HttpProbe(port=options.port, path=options.health)
    return TcpProbe(port=options.port)


def config(options: HaproxyOptions, servers: tuple[str, ...], port: int) -> str:
    """haproxy.cfg. A connection that fails goes to another server; what was sent is never repeated."""
    check = f"    option httpchk GET {options.health}\n" if options.health else ""
    lines = "\n".join(f"    server {server} {server}:{port} check" for server in servers)
    return f"""{COMMON}
    mode http
    option redispatch 1
    retries 2
    retry-on conn-failure
    timeout connect {_ms(options.connect_timeout)}
    timeout server {_ms(options.server_timeout)}
    timeout client {_ms(options.client_timeout)}
    timeout http-request 5s
    timeout queue {_ms(options.queue_timeout)}
    timeout check 2s

frontend customers
    bind :{options.port}
    default_backend platform

backend platform
    balance leastconn
    http-reuse aggressive
{check}    default-server inter 500ms fastinter 200ms fall 3 rise 1 maxconn {options.per_server}
    default-server observe layer4 error-limit 3 on-error mark-down
{lines}
"""


def _ms(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"


KIND = ServiceKind(
    options=HaproxyOptions, count=lambda _: 1, bind=bind, describe=describe, references=references
)
