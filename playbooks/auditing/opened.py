"""What may be open on each host: what the site says, and the entries of what stands there. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from environments.labels import INSTANCE
from environments.site import Site
from playbooks import entries
from playbooks.deriving import firewall
from playbooks.deriving.firewall import Opening
from playbooks.entries import Published

Sections = Mapping[str, object]
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - as Docker prints an address that none was said for


def opened(site: Site, collected: Mapping[str, Sections]) -> Mapping[str, tuple[Opening, ...]]:
    """Host -> its openings, as `hosts configure` would make them now; `require_possible` comes first."""
    found = [each for sections in collected.values() for each in published(sections)]
    ports = [port for of in entries.entries(site, found).values() for port in of]
    standing = entries.opened(site, ports)
    return {host: firewall.openings(standing, host) for host in standing.hosts}


def published(sections: Sections) -> Iterator[Published]:
    """What containers of ours publish on a host; nothing where Docker was not looked at."""
    docker = sections.get("docker")
    value = docker.get("value") if isinstance(docker, dict) else None
    for container in value["containers"] if isinstance(value, dict) else ():
        instance = container["labels"].get(INSTANCE)
        if instance:
            for place in _places(container["host"].get("PortBindings")):
                yield Published(
                    instance=instance, address=place.get("HostIp") or _EVERYWHERE, port=place["HostPort"]
                )


def _places(bindings: object) -> Iterator[Mapping[str, str]]:
    for places in bindings.values() if isinstance(bindings, dict) else ():
        yield from places or ()
