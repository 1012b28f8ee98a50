"""Gives an instance its addresses and makes its networks. What stands keeps what it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Network

from environments import docker_networks, giving, machine
from environments.addresses import NoRange
from environments.containers import networking, removing
from environments.containers.finding import Found
from environments.docker_errors import SubnetTaken
from environments.fleet import Fleet
from environments.instance import Instance, Supply, instantiate, updated
from environments.placement import place
from environments.wanted import Wanted
from foundation.errors import Unavailable
from foundation.secrets import Secret

_TRIES = 8
_NAMED = 8  # of what is in the way: more would be no help


def connected(
    wanted: Wanted,
    standing: Found | None,
    fleet: Fleet,
    built: Mapping[str, str],
) -> Instance:
    """The instance, its networks made. Another command may take a subnet first: then others are chosen.

    Raises InputError for secrets that cannot be had, before anything is made.
    """
    given = giving.read(wanted.given, wanted.topology.secrets)
    for attempt in range(_TRIES):
        instance = _instance(wanted, standing, fleet, built, given, attempt)
        try:
            networking.ensure(fleet, instance)
        except SubnetTaken:
            if standing is not None or attempt == _TRIES - 1:
                raise
            removing.everywhere(fleet, wanted.name, kind="network")
        else:
            return instance
    raise AssertionError("the last try either returns or raises")


def _instance(
    wanted: Wanted,
    standing: Found | None,
    fleet: Fleet,
    built: Mapping[str, str],
    given: Mapping[str, Secret],
    attempt: int,
) -> Instance:
    taken = machine.routes_by_name()
    for engine in fleet.engines:
        taken |= docker_networks.taken_by_name(engine)
    placement = place(wanted.topology, wanted.site, standing.instance.placement if standing else None)
    supply = Supply(
        site=wanted.site,
        placement=placement.hosts,
        images=built,
        taken=taken.values(),
        free_port=machine.free_port,
        word=f"{wanted.name} {attempt}",
        given=given,
    )
    try:
        if standing is None:
            made = instantiate(wanted.topology, wanted.name, supply)
        else:
            made = updated(standing.instance, wanted.topology, supply)
    except NoRange as error:
        raise used_up(wanted.site.subnets, error.prefix, taken) from error
    return replace(made, origin=wanted.origin)


def used_up(within: IPv4Network, prefix: int, taken: Mapping[str, IPv4Network]) -> Unavailable:
    """The error that names what takes the site's range."""
    inside = sorted(f"{subnet} ({name})" for name, subnet in taken.items() if subnet.overlaps(within))
    more = f", and {len(inside) - _NAMED} more" if len(inside) > _NAMED else ""
    return Unavailable(
        f"{within}, the site's range, has no room for one more network of a /{prefix}: it is taken by "
        f"{', '.join(inside[:_NAMED])}{more}",
        hint="give the site another range (`subnets` in its file), take environments down (`peakproof env "
        "list`), or end what has the route",
    )
