"""Hosts of a site in a box: which container of the home engine each of them is. Changes nothing."""

from __future__ import annotations

import docker
from docker.models.containers import Container

from environments.docker_errors import mapped
from environments.site import Site
from foundation.errors import Refused

SANDBOX = "peakproof.sandbox"
"""The label of the containers that are hosts; its value is the box's name."""


def host(home: docker.DockerClient, site: Site, name: str) -> Container:
    """The container that is this host. Raises Refused for a machine: nobody could start it again."""
    with mapped(f"looking for the host {name}"):
        boxed = home.containers.list(all=True, filters={"label": SANDBOX}, ignore_removed=True)
    address = site.hosts[name].address
    found = [each for each in boxed if each.attrs["Config"]["Hostname"] == name and _has(each, str(address))]
    if address is None or not found:
        raise Refused(
            f"{name} is no host of a site in a box: once it is down, nobody here could start it again",
            hint="faults of hosts are for `peakproof hosts sandbox`; on machines of your own aim at nodes",
        )
    return found[0]


def _has(container: Container, address: str) -> bool:
    """Whether the container has that address, also while it does not run."""
    networks = container.attrs["NetworkSettings"]["Networks"].values()
    fixed = [(each.get("IPAMConfig") or {}).get("IPv4Address") for each in networks]
    return address in (*fixed, *(each.get("IPAddress") for each in networks))
