"""The networks of an instance: bridges on one host, overlays of the hosts' swarm across several."""

from __future__ import annotations

from ipaddress import IPv4Network

import docker
from docker.models.networks import Network as DockerNetwork
from docker.types import IPAMConfig, IPAMPool

from environments import addresses, docker_policy, labels, swarm
from environments.containers import removing
from environments.docker_errors import mapped
from environments.fleet import Fleet
from environments.instance import Instance
from environments.topology import Network


def ensure(fleet: Fleet, instance: Instance) -> None:
    """Creates the networks that do not stand yet. Raises SubnetTaken when another took the addresses."""
    inside = fleet.on(swarm.manager(fleet)) if instance.across else None
    for engine in fleet.hosts.values():
        _on(engine, instance, [each for each in instance.networks if not each.internal or inside is None])
    if inside is not None:
        _on(inside, instance, [each for each in instance.networks if each.internal])


def _on(client: docker.DockerClient, instance: Instance, wanted: list[Network]) -> None:
    with mapped(f"creating the networks of {instance.name}"):
        standing = client.networks.list(filters=labels.ours(instance.name, "network"))
        by_name = {str(network.name): network for network in standing}
        for network in wanted:
            found = by_name.get(instance.resource(network.name))
            if found is not None and _subnet(found) != instance.subnets[network.name]:
                removing.remove_network(client, found)  # of an earlier one, whose end it outlived
                found = None
            if found is None:
                _create(client, instance, network)


def _subnet(network: DockerNetwork) -> str | None:
    """None where Docker tells of none, as it may of another driver's."""
    return next((str(pool["Subnet"]) for pool in network.attrs["IPAM"]["Config"] or ()), None)


def _create(client: docker.DockerClient, instance: Instance, network: Network) -> None:
    overlay = instance.is_overlay(network)
    client.networks.create(
        instance.resource(network.name),
        driver=docker_policy.network_driver(overlay=overlay),
        internal=network.internal,
        attachable=overlay or None,
        options=docker_policy.network_options(network, overlay=overlay, encrypted=instance.encrypted),
        ipam=IPAMConfig(pool_configs=[_pool(instance, network)]),
        labels=labels.of(instance.name, "network"),
    )


def _pool(instance: Instance, network: Network) -> IPAMPool:
    cidr = instance.subnets[network.name]
    if instance.is_overlay(network):
        return IPAMPool(subnet=cidr)
    subnet = IPv4Network(cidr)
    return IPAMPool(
        subnet=cidr,
        iprange=str(addresses.visitors(subnet)),
        gateway=str(subnet.network_address + 1),
        aux_addresses=docker_policy.reserved(network, subnet, answers_beyond=bool(instance.entries)),
    )
