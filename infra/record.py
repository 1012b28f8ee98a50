"""What a stack remembers: its outputs, kept where the state is, secrets encrypted.

So ports, addresses and secrets are the same at every `up`, from whichever machine, and no file of ours can
disagree. It is no topology: a stack that a former version made can be changed, looked at and removed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import pulumi

from environments.instance import Instance
from environments.topology import EnvironmentClass, Topology
from foundation.secrets import Secret
from infra.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Record:
    """A stack as the last `up` left it.

    `endpoints`: name -> address; `engines`: host -> its engine's URL, None for this machine's; the rest as an
    instance has it.
    """

    name: str
    definition: str
    platform: str
    environment_class: EnvironmentClass
    digest: str
    site: str
    nodes: tuple[str, ...]
    endpoints: Mapping[str, str]
    ports: Mapping[str, int]
    subnets: Mapping[str, str]
    addresses: Mapping[str, Mapping[str, str]]
    placement: Mapping[str, str]
    engines: Mapping[str, str | None]
    secrets: Mapping[str, Secret] = field(repr=False)

    @classmethod
    def of(cls, stack: Stack, site: str) -> Self:
        """What a stack that is to stand will remember."""
        instance, topology = stack.instance, stack.instance.topology
        return cls(
            name=instance.name,
            definition=topology.definition,
            platform=topology.platform,
            environment_class=topology.environment_class,
            digest=topology.digest,
            site=site,
            nodes=tuple(node.name for node in instance.nodes),
            endpoints={
                endpoint.name: instance.reached(endpoint)
                for endpoint in sorted(topology.endpoints, key=lambda endpoint: endpoint.name)
            },
            ports=instance.ports,
            subnets=instance.subnets,
            addresses=instance.addresses,
            placement=instance.placement,
            engines=stack.engines,
            secrets=instance.secrets,
        )

    def same_supply(self, other: Record) -> bool:
        """Whether both have the same secrets, ports and addresses, on the same hosts."""
        return (self.secrets, self.ports, self.subnets, self.addresses, self.engines) == (
            other.secrets,
            other.ports,
            other.subnets,
            other.addresses,
            other.engines,
        )

    def supplying(self, topology: Topology) -> Instance:
        """An instance of another topology with what this stack was given, and nothing that it was not."""
        return Instance(
            name=self.name,
            topology=topology,
            hosts=self.engines,
            entries={},
            placement=self.placement,
            ports=self.ports,
            subnets=self.subnets,
            addresses=self.addresses,
            images={},
            secrets=self.secrets,
        )


_WRITTEN = "stack"
_SECRETS = "secrets"


def read(outputs: Mapping[str, Any]) -> Record | None:
    """The record in a stack's outputs, secrets in the open; None where nothing was ever brought up."""
    if _WRITTEN not in outputs:
        return None
    written = outputs[_WRITTEN]
    return Record(
        name=written["name"],
        definition=written["definition"],
        platform=written["platform"],
        environment_class=EnvironmentClass(written["class"]),
        digest=written["digest"],
        site=written["site"],
        nodes=tuple(written["nodes"]),
        endpoints=dict(sorted(written["endpoints"].items())),  # the engine keeps no order
        ports={endpoint: int(port) for endpoint, port in written["ports"].items()},
        subnets=dict(written["subnets"]),
        # Stacks of before these were remembered are given new ones.
        addresses={network: dict(nodes) for network, nodes in written.get("addresses", {}).items()},
        placement=dict(written.get("placement", {})),
        engines={host: url or None for host, url in written["engines"].items()},
        secrets={name: Secret(str(value)) for name, value in outputs[_SECRETS].items()},
    )


def keeping(record: Record, declare: Callable[[], None]) -> Callable[[], None]:
    """The program of a stack that also remembers it."""

    def remember() -> None:
        pulumi.export(_WRITTEN, _open(record))
        secrets = {name: secret.reveal() for name, secret in record.secrets.items()}
        pulumi.export(_SECRETS, pulumi.Output.secret(secrets))
        declare()

    return remember


def _open(record: Record) -> dict[str, object]:
    """Everything but the secrets."""
    return {
        "name": record.name,
        "definition": record.definition,
        "platform": record.platform,
        "class": record.environment_class.value,
        "digest": record.digest,
        "site": record.site,
        "nodes": list(record.nodes),
        "endpoints": dict(record.endpoints),
        "ports": dict(record.ports),
        "subnets": dict(record.subnets),
        "addresses": {network: dict(nodes) for network, nodes in record.addresses.items()},
        "placement": dict(record.placement),
        "engines": {host: url or "" for host, url in record.engines.items()},
    }
