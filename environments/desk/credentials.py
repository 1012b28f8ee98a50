"""How this machine reaches an environment's services, passwords included. Shown to whoever asks, only."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from urllib.parse import urlsplit

from environments import docker_policy, ssh, urls
from environments.desk.naming import unknown
from environments.instance import Instance
from environments.topology import Binding, Endpoint, Topology
from foundation.errors import Unavailable
from foundation.secrets import Secret


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """One service as this machine reaches it. `name`: of the database; `user`, `password`: where it has any.

    `through`: the command that must run meanwhile, where the service is on a host elsewhere.
    """

    service: str
    host: str
    port: int
    name: str | None
    user: str | None
    password: Secret | None
    url: Secret
    through: str | None

    def document(self) -> dict[str, object]:
        """Everything in plain text, for whoever asked for it."""
        return {
            "service": self.service,
            "host": self.host,
            "port": self.port,
            "name": self.name,
            "user": self.user,
            "password": self.password.reveal() if self.password else None,
            "url": self.url.reveal(),
            "through": self.through,
        }


def of(instance: Instance, service: str | None = None) -> list[Credentials]:
    """The credentials of one service, or of all that are reached from outside, in the topology's order.

    Raises InputError for an unknown service, Unavailable where the node that keeps its password is gone.
    """
    reached = {endpoint.target: endpoint for endpoint in instance.topology.endpoints}
    if service is not None and service not in reached:
        raise unknown("service that is reached from outside", service, reached, within=instance.name)
    return [_of(instance, reached[each]) for each in ([service] if service else reached)]


def _of(instance: Instance, endpoint: Endpoint) -> Credentials:
    service = endpoint.target
    binding = instance.topology.bindings.get(service, Binding(host=service))
    host, address, port = instance.published(endpoint.name)
    password = _password(instance, service)
    return Credentials(
        service=service,
        host=address,
        port=port,
        name=binding.name,
        user=binding.user,
        password=password,
        url=urls.url(binding.scheme or endpoint.protocol, binding, password, address, port),
        through=through(instance.hosts[host], address, port),
    )


def image_of(topology: Topology, service: str) -> str:
    """The image that a service's nodes run, which says what it is; empty for a service without nodes."""
    return next((node.process.image for node in topology.nodes if node.service == service), "")


def _password(instance: Instance, service: str) -> Secret | None:
    name = f"{service}.password"
    if name not in {secret.name for secret in instance.topology.secrets}:
        return None
    if name not in instance.secrets:
        raise Unavailable(
            f"the password of {service} is kept in its node, which is gone",
            hint="`peakproof env up` again makes the node anew",
        )
    return instance.secrets[name]


def through(engine: str | None, address: str, port: int) -> str | None:
    """What forwards a port that a host elsewhere keeps to itself; None where it is reached as it is."""
    if engine is None or address != docker_policy.PUBLISHED_AT:
        return None
    where = urlsplit(engine)
    words = [
        "ssh", "-N", *ssh.options(engine), *(("-p", str(where.port)) if where.port else ()),
        "-L", f"{port}:{address}:{port}", ssh.target(where),
    ]  # fmt: skip
    return shlex.join(words)
