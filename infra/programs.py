"""The Pulumi program of a stack: networks and volumes, then nodes in the order of what they need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from ipaddress import IPv4Network

import pulumi
import pulumi_docker as docker

from environments import addresses, docker_policy, ssh
from environments.instance import Instance
from environments.nodes import Node
from environments.topology import Network, Volume
from foundation.errors import InputError
from infra import labels
from infra.nodes import NodeComponent, NodeProps
from infra.stack import Located, Stack

TYPE = "peakproof:infra:Environment"


@dataclass(frozen=True, kw_only=True)
class EnvironmentProps:
    """What an environment is made from. Raises InputError where it cannot be made."""

    stack: Stack

    def hosts(self) -> list[str]:
        """The hosts that carry something, in the site's order. Raises InputError for one it does not have."""
        instance = self.stack.instance
        unknown = sorted(set(instance.placement.values()) - set(instance.hosts))
        if unknown:
            raise InputError(
                f"nodes are placed on {unknown[0]!r}, which the site does not have",
                hint=f"it has {', '.join(sorted(instance.hosts))}",
            )
        return [host for host in instance.hosts if host in {*instance.placement.values(), self.stack.manager}]


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
        instance = props.stack.instance
        self.providers = {host: self._connected(host) for host in props.hosts()}
        self.networks = {each.name: self._network(each) for each in props.stack.networks}
        self.volumes = {volume.name: self._volume(volume) for volume in instance.topology.volumes}
        self.nodes: dict[str, NodeComponent] = {}
        nodes = {node.name: node for node in instance.nodes}
        for name in TopologicalSorter({name: node.needs for name, node in nodes.items()}).static_order():
            self.nodes[name] = self._node(nodes[name])
        self.register_outputs({"nodes": {name: made.container.id for name, made in self.nodes.items()}})

    def _connected(self, host: str) -> docker.Provider:
        url = self.stack.engines[host]
        return docker.Provider(
            host,
            host=url and ssh.plain(url),
            ssh_opts=ssh.options(url or "") or None,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _opts(self, host: str) -> pulumi.ResourceOptions:
        # Names are given, not made up: the old one must go before a new one can have its name.
        return pulumi.ResourceOptions(parent=self, provider=self.providers[host], delete_before_replace=True)

    def _network(self, located: Located) -> docker.Network:
        instance, network = self.stack.instance, located.network
        overlay = instance.is_overlay(network)
        return docker.Network(
            located.name,
            name=instance.resource(network.name),
            driver=docker_policy.network_driver(overlay=overlay),
            internal=network.internal,
            attachable=overlay or None,
            options=docker_policy.network_options(network, overlay=overlay, encrypted=instance.encrypted),
            ipam_configs=[_pool(instance, network)],
            labels=[
                docker.NetworkLabelArgs(label=key, value=text)
                for key, text in labels.of(instance.name, "network").items()
            ],
            # The swarm gives an overlay its number there, which a program cannot know.
            opts=pulumi.ResourceOptions.merge(
                self._opts(located.host),
                pulumi.ResourceOptions(ignore_changes=["options"] if overlay else []),
            ),
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
                self._opts(instance.home_of(volume)), pulumi.ResourceOptions(ignore_changes=["labels"])
            ),
        )

    def _node(self, node: Node) -> NodeComponent:
        host = self.stack.instance.placement[node.name]
        props = NodeProps(
            node=node,
            instance=self.stack.instance,
            networks={each.network.name: self.networks[each.name] for each in self._reached_from(host)},
            volumes=self.volumes,
            needs=[self.nodes[need] for need in node.needs],
            provider=self.providers[host],
            user=self.stack.users[node.name],
            program=self.stack.program,
        )
        return NodeComponent(node.name, props=props, opts=pulumi.ResourceOptions(parent=self))

    def _reached_from(self, host: str) -> list[Located]:
        """The networks that nodes of a host can stand on: its own bridges, and what reaches everywhere."""
        overlay = self.stack.instance.is_overlay
        return [each for each in self.stack.networks if each.host == host or overlay(each.network)]


def _pool(instance: Instance, network: Network) -> docker.NetworkIpamConfigArgs:
    subnet = IPv4Network(instance.subnets[network.name])
    if instance.is_overlay(network):
        # The one that Docker would choose, and tell back as a difference.
        return docker.NetworkIpamConfigArgs(subnet=str(subnet), gateway=str(subnet.network_address + 1))
    return docker.NetworkIpamConfigArgs(
        subnet=str(subnet),
        ip_range=str(addresses.visitors(subnet)),
        gateway=str(subnet.network_address + 1),
        aux_address=docker_policy.reserved(network, subnet, answers_beyond=bool(instance.entries)) or None,
    )
