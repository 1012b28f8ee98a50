"""What the loss of a host takes away: told of every plan, refused for what stays, unless waived. Pure."""

from __future__ import annotations

from collections.abc import Collection

from environments.placement import losses, place
from environments.topology import EnvironmentClass
from environments.wanted import Wanted
from foundation.errors import InputError, Refused

HOST_LOSS = "host-loss"
WAIVERS = (HOST_LOSS,)


def uncovered(wanted: Wanted) -> list[str]:
    """A line per failure domain that takes services with it. Raises InputError where nodes have no place."""
    placed = place(wanted.topology, wanted.site).hosts
    return [f"host loss not covered: {line}" for line in losses(wanted.topology, wanted.site, placed)]


def refuse(wanted: Wanted, waived: Collection[str]) -> None:
    """Raises Refused for staging and production that a lost host would take down, unless that is waived."""
    unknown = [name for name in waived if name not in WAIVERS]
    if unknown:
        raise InputError(
            f"nothing is waived by {unknown[0]!r}", where="--waive", hint=f"there is {', '.join(WAIVERS)}"
        )
    lost = uncovered(wanted)
    if lost and wanted.topology.environment_class is not EnvironmentClass.TEST and HOST_LOSS not in waived:
        raise Refused(
            f"{wanted.name} is {wanted.topology.environment_class}: {lost[0]}",
            hint=f"give the site hosts of other domains, or accept it: --waive {HOST_LOSS}",
            detail=lost[1:],
        )
