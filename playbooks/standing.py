"""The hosts of a site as Ansible sees them: where each is reached. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from environments.site import HostInput, Site


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where ssh goes; None: what the person's ssh settings say."""

    host: str
    user: str | None = None
    port: int | None = None

    def __str__(self) -> str:
        return f"{self.user}@{self.host}" if self.user else self.host


def target(host: HostInput) -> Target | None:
    """Where the host is reached: that of its engine's ssh:// URL; None where it has none."""
    url = urlsplit(host.docker or "")
    if url.scheme != "ssh" or not url.hostname:
        return None
    return Target(host=url.hostname, user=url.username, port=url.port)


def address(site: Site, host: str) -> str:
    """Where others find the host: its `address`, else where ssh goes. Raises KeyError."""
    described = site.hosts[host]
    reached = target(described)
    return str(described.address or (reached.host if reached else host))


def addresses(site: Site) -> dict[str, str]:
    """Host -> address, in the site's order."""
    return {host: address(site, host) for host in site.hosts}
