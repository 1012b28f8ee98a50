"""A site says where: Docker hosts and the address range that environments take their networks from."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path

from pydantic import Field, field_validator

from foundation import documents
from foundation.documents import Document, Input
from foundation.errors import Problem

_PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))  # RFC 1918


class HostInput(Input):
    """One Docker host. Without `docker` it is the engine that the Docker client of this machine uses."""

    docker: str | None = Field(default=None, description="URL of the engine, such as ssh://user@host")


class Site(Input):
    """sites/NAME.yaml."""

    site: str
    description: str = ""
    hosts: dict[str, HostInput] = Field(min_length=1)
    subnets: IPv4Network = Field(description="private range; every network takes a /26 of it")

    @field_validator("subnets")
    @classmethod
    def _private(cls, subnets: IPv4Network) -> IPv4Network:
        if not any(subnets.subnet_of(private) for private in _PRIVATE) or subnets.prefixlen > 24:
            raise ValueError("must be a private range of /24 or larger, such as 10.231.0.0/16")
        return subnets


def load(path: Path) -> Site:
    """The site in a file. Raises InputError with every problem."""
    return documents.load(path, Site)[0]


def load_local(path: Path) -> Site:
    """A site that is this machine's own engine, the only one that test environments come up on yet.

    Raises InputError with every problem.
    """
    site, document = documents.load(path, Site)
    documents.refuse(document, list(_elsewhere(site, document)))
    return site


def _elsewhere(site: Site, document: Document) -> Iterator[Problem]:
    hint = "write `hosts: {local: {}}`"
    for name, host in site.hosts.items():
        what = "environments come up on this machine's own Docker Engine only"
        if host.docker is not None:
            yield document.problem(("hosts", name, "docker"), f"{what}, not on {host.docker!r}", hint)
        elif name != "local":
            yield document.problem(("hosts", name), f"{what}, whose host is called `local`", hint)
