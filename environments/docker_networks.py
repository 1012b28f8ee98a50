"""Which addresses a Docker host's networks already have. Changes nothing."""

from __future__ import annotations

from ipaddress import IPv4Network

import docker

from environments.docker_errors import mapped


def taken_subnets(client: docker.DockerClient) -> list[IPv4Network]:
    """Subnets of all networks that this Docker host has."""
    return list(taken_by_name(client).values())


def taken_by_name(client: docker.DockerClient) -> dict[str, IPv4Network]:
    """The same by what people may call them."""
    with mapped("listing networks"):
        networks = client.networks.list()
    return {
        f"Docker's network {network.name}": IPv4Network(entry["Subnet"])
        for network in networks
        for entry in network.attrs["IPAM"]["Config"] or []
        if "." in entry["Subnet"]
    }
