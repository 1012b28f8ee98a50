"""The names by which each host is known, for its certificate. Pure."""

from __future__ import annotations

from environments.site import Site
from playbooks import standing


def variables(site: Site) -> dict[str, dict[str, object]]:
    """Host -> the certificates role's variables: its name in the site, and where others find it."""
    return {host: {"certificates_names": _names(site, host)} for host in site.hosts}


def _names(site: Site, host: str) -> list[str]:
    reached = standing.target(site.hosts[host])
    known = (host, standing.address(site, host), *([reached.host] if reached else []))
    return list(dict.fromkeys(known))
