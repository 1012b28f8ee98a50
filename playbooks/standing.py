"""The hosts of a site as ssh and Ansible see them: where each is reached, and how. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from environments import ssh
from environments.site import HostInput, Site
from foundation.errors import InputError, Problem

SSH = (
    *("-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=10"),
    *("-o", "ServerAliveInterval=15", "-o", "LogLevel=ERROR"),
)
"""ssh asks nothing, and takes no host whose key is not known."""


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


def settings(site: Site, host: str) -> list[str]:
    """The site's own settings for ssh: -F FILE, or nothing."""
    return ssh.options(site.engines[host] or "")


def command(site: Site, host: str, words: str) -> list[str]:
    """ssh's argv for a line of the host's shell: no question, the person's own settings or the site's."""
    reached = target(site.hosts[host])
    assert reached is not None, "require_reachable comes first"
    return [
        "ssh",
        *settings(site, host),
        *SSH,
        *("-o", "ControlPath=none"),
        *(("-p", str(reached.port)) if reached.port else ()),
        *("--", str(reached), words),
    ]


def require_reachable(site: Site, done: str) -> None:
    """Raises InputError with every host that ssh has no way to: it cannot be `done`, such as "configured"."""
    without = [name for name, host in site.hosts.items() if target(host) is None]
    if without:
        hint = "`docker: ssh://USER@HOST` says where ssh goes"
        problems = [Problem(where=f"host {name}", what="ssh has no way to it", hint=hint) for name in without]
        raise InputError(
            f"{', '.join(without)} of the site {site.site!r} cannot be {done}", problems=problems
        )
