"""Which host of a site does what: Ansible's groups. Pure: the same site, the same groups."""

from __future__ import annotations

from environments.site import Site

HOSTS, MANAGERS, WORKERS, LOG_SERVERS = "hosts", "swarm_managers", "swarm_workers", "log_servers"
_QUORUM = 3
"""Managers of a swarm of three hosts or more: one may be lost, and more only slow the log down."""


def groups(site: Site) -> dict[str, tuple[str, ...]]:
    """Group -> its hosts. Managers stand in different failure domains as far as the site has them."""
    hosts = tuple(site.hosts)
    managers = _apart(site)[: _QUORUM if len(hosts) >= _QUORUM else 1]
    return {
        HOSTS: hosts,
        MANAGERS: tuple(host for host in hosts if host in managers),
        WORKERS: tuple(host for host in hosts if host not in managers),
        # The last: with more hosts than managers, the one that has the least to do.
        LOG_SERVERS: hosts[-1:],
    }


def _apart(site: Site) -> list[str]:
    """The hosts, a first of every domain before any second."""
    seen: dict[str, int] = {}
    rounds = []
    for host in site.hosts:
        domain = site.domain(host)
        rounds.append((seen.get(domain, 0), host))
        seen[domain] = seen.get(domain, 0) + 1
    return [host for _, host in sorted(rounds, key=lambda each: each[0])]
