"""Which addresses a Docker host's networks already have. Changes nothing."""

from __future__ import annotations

from ipaddress import IPv4Network

import docker

from environments.docker_errors import mapped


def taken_subnets(client: docker.DockerClient) -> list[IPv4Network]:
    """Subnets of all networks that this Docker host has."""
    with mapped("listing networks"):
        configs = [network.attrs["IPAM"]["Config"] or [] for network in client.networks.list()]
    return [IPv4Network(entry["Subnet"]) for config in configs for entry in config if "." in entry["Subnet"]]
