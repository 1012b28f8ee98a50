"""The Pulumi program of a stack: networks and volumes, then nodes in the order of what they need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from ipaddress import IPv4Network

import pulumi
import pulumi_docker as docker

from environments import addresses, docker_policy
from environments.topology import Network, Node, Volume
from foundation.errors import InputError
from infra import labels
from infra.nodes import NodeComponent, NodeProps
from infra.stack import Stack

TYPE = "peakproof:infra:Environment"


@dataclass(frozen=True, kw_only=True)
class EnvironmentProps:
    """What an environment is made from. Raises InputError where it cannot be made."""

    stack: Stack

    def host(self) -> str:
        """The one host of every node."""
        hosts = sorted(set(self.stack.instance.placement.values()))
        if len(hosts) > 1:
            raise InputError(
                f"nodes are placed on {', '.join(hosts)}: bridge networks do not reach across hosts",
                hint="place every node on one host",
            )
        if hosts[0] not in self.stack.engines:
            raise InputError(
                f"nodes are placed on {hosts[0]!r}, which the site does not have",
                hint=f"it has {', '.join(sorted(self.stack.engines))}",
            )
        return hosts[0]


def program(stack: Stack) -> Callable[[], None]:
    """What Pulumi runs for a stack: a function that declares it."""

    def declare() -> None:
        EnvironmentComponent(stack.instance.name, props=EnvironmentProps(stack=stack))

    return declare


class EnvironmentComponent(pulumi.ComponentResource):
    """Everything of an instance, by name: `networks`, `volumes`, `nodes`."""

    def __init__(
        self, name: str, *, props: EnvironmentProps, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(TYPE, name, {}, opts)
        self.stack = props.stack
        instance, host = props.stack.instance, props.host()
        self.provider = docker.Provider(
            host, host=props.stack.engines[host], opts=pulumi.ResourceOptions(parent=self)
        )
        self.networks = {network.name: self._network(network) for network in instance.networks}
        self.volumes = {volume.name: self._volume(volume) for volume in instance.topology.volumes}
        self.nodes: dict[str, NodeComponent] = {}
        nodes = {node.name: node for node in instance.nodes}
        for name in TopologicalSorter({name: node.needs for name, node in nodes.items()}).static_order():
            self.nodes[name] = self._node(nodes[name])
        self.register_outputs({"nodes": {name: made.container.id for name, made in self.nodes.items()}})

    def _opts(self) -> pulumi.ResourceOptions:
        # Names are given, not made up: the old one must go before a new one can have its name.
        return pulumi.ResourceOptions(parent=self, provider=self.provider, delete_before_replace=True)

    def _network(self, network: Network) -> docker.Network:
        instance = self.stack.instance
        subnet, overlay = IPv4Network(instance.subnets[network.name]), instance.is_overlay(network)
        return docker.Network(
            network.name,
            name=instance.resource(network.name),
            driver=docker_policy.network_driver(overlay=overlay),
            internal=network.internal,
            options=docker_policy.network_options(network, overlay=overlay),
            ipam_configs=[
                docker.NetworkIpamConfigArgs(
                    subnet=str(subnet),
                    ip_range=str(addresses.visitors(subnet)),
                    gateway=str(subnet.network_address + 1),
                    aux_address=docker_policy.reserved(network, subnet, answers_beyond=bool(instance.entries))
                    or None,
                )
            ],
            labels=[
                docker.NetworkLabelArgs(label=key, value=text)
                for key, text in labels.of(instance.name, "network").items()
            ],
            opts=self._opts(),
        )

    def _volume(self, volume: Volume) -> docker.Volume:
        instance = self.stack.instance
        return docker.Volume(
            volume.name,
            name=instance.resource(volume.name),
            labels=[
                docker.VolumeLabelArgs(label=key, value=text)
                for key, text in labels.of(instance.name, "volume").items()
            ],
            # Other labels would be another volume to the provider, and an empty one.
            opts=pulumi.ResourceOptions.merge(
                self._opts(), pulumi.ResourceOptions(ignore_changes=["labels"])
            ),
        )

    def _node(self, node: Node) -> NodeComponent:
        props = NodeProps(
            node=node,
            instance=self.stack.instance,
            networks=self.networks,
            volumes=self.volumes,
            needs=[self.nodes[need] for need in node.needs],
            provider=self.provider,
            user=self.stack.users[node.process.image],
        )
        return NodeComponent(node.name, props=props, opts=pulumi.ResourceOptions(parent=self))
