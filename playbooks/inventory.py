"""Ansible's inventory of a site: hosts, groups, variables. Pure: the same in, the same out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from environments.site import Site
from playbooks import standing
from playbooks.deriving import certificates, firewall, ranges, virtual_address
from playbooks.grouping import groups

Variables = Mapping[str, object]
PerHost = Mapping[str, Variables]
Derive = Callable[[Site], PerHost]

DERIVED: Mapping[str, Derive] = {
    "certificates": certificates.variables,
    "docker": ranges.docker,
    "firewall": firewall.variables,
    "swarm": ranges.swarm,
    "virtual_address": virtual_address.variables,
}
"""Role -> what makes variables of it: host -> variable -> value. A `foundation.secrets.Secret` stays one."""


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """`hosts`: host -> its variables; `groups`: group -> its hosts."""

    site: str
    hosts: Mapping[str, Variables] = field(repr=False)
    groups: Mapping[str, tuple[str, ...]]

    def to_dict(self) -> dict[str, object]:
        """As Ansible reads it: every host and its variables once, groups by their hosts' names."""
        groups = {name: {"hosts": dict.fromkeys(hosts)} for name, hosts in self.groups.items()}
        return {"all": {"hosts": {name: dict(each) for name, each in self.hosts.items()}, "children": groups}}


def inventory(site: Site) -> Inventory:
    """The site's hosts with what they are to be. A person's variables count more than derived ones.

    Raises InputError with every host that Ansible has no way to.
    """
    standing.require_reachable(site, "configured")
    derived = [derive(site) for derive in DERIVED.values()]
    return Inventory(
        site=site.site,
        hosts={
            host: {
                **_connection(site, host),
                **{name: value for each in derived for name, value in each.get(host, {}).items()},
                **site.variables,
                **site.hosts[host].variables,
            }
            for host in site.hosts
        },
        groups=groups(site),
    )


def _connection(site: Site, host: str) -> dict[str, object]:
    reached = standing.target(site.hosts[host])
    assert reached is not None
    return {
        "ansible_host": reached.host,
        **({"ansible_user": reached.user} if reached.user else {}),
        **({"ansible_port": reached.port} if reached.port else {}),
        **({"ansible_ssh_common_args": f'-F "{site.ssh_config}"'} if site.ssh_config else {}),
        "site_name": site.site,
        "host_address": standing.address(site, host),
    }
