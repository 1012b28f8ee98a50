"""A name is one definition's, of one platform, on one site: nothing is taken for another. Pure."""

from __future__ import annotations

from environments.wanted import Wanted
from foundation.errors import InputError
from infra.record import Record


def refuse_another(found: Record, wanted: Wanted) -> None:
    """Raises InputError unless `wanted` is the stack that stands, where it stands."""
    name, topology, site = wanted.name, wanted.topology, wanted.site
    if (found.definition, found.platform) != (topology.definition, topology.platform):
        raise InputError(
            f"the stack {name!r} is of the definition {found.definition!r} of {found.platform},"
            f" not of {topology.definition!r} of {topology.platform}",
            hint=f"choose another --name, or remove that one first: `peakproof infra destroy {name}`",
        )
    if found.site != site.site:
        raise InputError(
            f"the stack {name!r} stands on the site {found.site!r}, not on {site.site!r}; data do not move",
            hint=f"say --site {found.site}, or choose another --name",
        )
    gone = sorted(node for node, host in found.placement.items() if host not in site.hosts)
    if gone:
        raise InputError(
            f"{', '.join(gone)} of {name!r} stand on hosts that the site {site.site!r} has no more",
            hint=f"write {found.placement[gone[0]]!r} into the site again; data do not move",
        )
