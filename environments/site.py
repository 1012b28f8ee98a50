"""A site says where: Docker hosts and the address range that environments take their networks from."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path

from pydantic import Field, field_validator

from foundation import documents
from foundation.documents import Input


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
        if not subnets.is_private or subnets.prefixlen > 24:
            raise ValueError("must be a private range of /24 or larger, such as 10.231.0.0/16")
        return subnets


def load(path: Path) -> Site:
    """The site in a file. Raises InputError with every problem."""
    return documents.load(path, Site)[0]
