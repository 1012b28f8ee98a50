"""A host as a fault's target: `host.2` is the second of its site, and each has its name. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from environments.site import Site
from environments.topology import Role

_NUMBERED = re.compile(r"host\.([1-9][0-9]?)")


def named(hosts: Sequence[str], target: str) -> str | None:
    """The host that a target means; None where it means none of them."""
    found = _NUMBERED.fullmatch(target)
    if found is None:
        return target if target in hosts else None
    return hosts[int(found[1]) - 1] if int(found[1]) <= len(hosts) else None


def target(site: Site, name: str) -> Role | None:
    """The same as a role of one."""
    host = named([*site.hosts], name)
    return Role(name=name, candidates=(host,)) if host else None


def targets(site: Site) -> list[str]:
    """The hosts that a fault may be aimed at: none of a site that is home."""
    return [f"host.{number}" for number in range(1, len(site.hosts) + 1)] if not at_home(site) else []


def is_meant(name: str) -> bool:
    """Whether somebody meant a host, also one that is not there."""
    return name.startswith("host.")


def at_home(site: Site) -> bool:
    """Whether the site is this machine, which carries lock, lease and generator and is never a target."""
    return None in site.engines.values()
