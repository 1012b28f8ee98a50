"""A site says where: Docker hosts, their failure domains, the range that networks are taken from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from environments import ssh
from environments.words import Name
from foundation import documents
from foundation.documents import Document, Input
from foundation.errors import Problem
from foundation.units import Size

_PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))  # RFC 1918
_ENCRYPTION = "swarm_encryption"  # a variable of the playbooks' role swarm, which refuses hosts that cannot
SCHEMES = ("ssh", "unix", "tcp", "http", "https")
"""How an engine can be reached: https is one of tcp with TLS, as Docker's own client has it."""


class HostInput(Input):
    """One Docker host. Without `docker` it is the engine that the Docker client of this machine uses."""

    docker: str | None = Field(default=None, description="URL of the engine, such as ssh://user@host")
    domain: str | None = Field(
        default=None, description="what fails as one with it, such as a rack; the host itself unless said"
    )
    memory: Size | None = Field(default=None, description="memory that nodes may take together")
    address: IPv4Address | None = Field(
        default=None, description="where the entry is published for those who are outside"
    )
    variables: dict[str, object] = Field(
        default={}, description="variables of the playbooks' roles, for this host"
    )

    @field_validator("docker")
    @classmethod
    def _is_an_engine(cls, docker: str | None) -> str | None:
        if docker is not None and urlsplit(docker).scheme not in SCHEMES:
            raise ValueError(f"must be the URL of a Docker Engine, such as ssh://user@host, not {docker!r}")
        return docker


class Site(Input):
    """sites/NAME.yaml."""

    site: str
    description: str = ""
    hosts: dict[Name, HostInput] = Field(min_length=1)
    subnets: IPv4Network = Field(description="private range; every network takes a /26 of it")
    pins: dict[str, str] = Field(default={}, description="service or node -> the host it has to stand on")
    ssh_config: Path | None = Field(
        default=None,
        description="the file that `ssh -F` takes, ~ and relative to this one; else the person's",
    )
    virtual_address: IPv4Address | None = Field(
        default=None, description="the address that the hosts hold together; the entry is published at it too"
    )
    variables: dict[str, object] = Field(
        default={}, description="variables of the playbooks' roles, for every host"
    )

    @field_validator("subnets")
    @classmethod
    def _private(cls, subnets: IPv4Network) -> IPv4Network:
        if not any(subnets.subnet_of(private) for private in _PRIVATE) or subnets.prefixlen > 24:
            raise ValueError("must be a private range of /24 or larger, such as 10.231.0.0/16")
        return subnets

    def domain(self, host: str) -> str:
        """The failure domain of a host. Raises KeyError."""
        return self.hosts[host].domain or host

    @property
    def engines(self) -> dict[str, str | None]:
        """Host -> URL of its engine; None for the one that this machine's Docker client uses."""
        return {name: self._engine(host.docker) for name, host in self.hosts.items()}

    def _engine(self, url: str | None) -> str | None:
        """With the site's own ssh settings, where it has some: who connects later has the URL alone."""
        if url is None or self.ssh_config is None or not url.startswith("ssh://"):
            return url
        return ssh.configured(url, self.ssh_config)

    @property
    def entries(self) -> dict[str, str]:
        """Host -> the address where its entry is published, where it says one."""
        return {name: str(host.address) for name, host in self.hosts.items() if host.address is not None}

    @property
    def encrypted(self) -> bool:
        """Whether the hosts' kernels encrypt what goes between them: unless it is waived for one of them."""
        of_all = self.variables.get(_ENCRYPTION)
        return "none" not in (host.variables.get(_ENCRYPTION, of_all) for host in self.hosts.values())

    @property
    def domains(self) -> tuple[str, ...]:
        """Every failure domain once, in the order of the hosts."""
        return tuple(dict.fromkeys(self.domain(host) for host in self.hosts))


def load(path: Path) -> Site:
    """The site in a file. Raises InputError with every problem."""
    site, document = documents.load(path, Site)
    documents.refuse(document, [*_pin_problems(site, document), *_engine_problems(site, document)])
    if site.ssh_config is None:
        return site
    return site.model_copy(update={"ssh_config": path.parent.absolute() / site.ssh_config.expanduser()})


def _pin_problems(site: Site, document: Document) -> Iterator[Problem]:
    for what, host in site.pins.items():
        if host not in site.hosts:
            hint = documents.did_you_mean(host, site.hosts)
            yield document.problem(("pins", what), f"the site has no host {host!r}", hint)


def _engine_problems(site: Site, document: Document) -> Iterator[Problem]:
    """Two hosts that are one engine would count as two in every promise; and this machine is in no swarm."""
    engines = Counter(host.docker for host in site.hosts.values())
    seen: set[str | None] = set()
    for name, host in site.hosts.items():
        if engines[host.docker] > 1 and host.docker in seen:
            which = f"the engine {host.docker}" if host.docker else "this machine's own engine"
            yield document.problem(("hosts", name), f"{which} is another host of the site already")
        seen.add(host.docker)
        if host.docker is None and len(site.hosts) > 1 and engines[None] == 1:
            what = "beside other hosts this machine is home, which carries no nodes: give the host an engine"
            yield document.problem(("hosts", name), what, "`docker: ssh://user@host`, or leave it out")
