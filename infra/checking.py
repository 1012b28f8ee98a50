"""`infra check`: the program of a definition, recorded without an engine and compared with its topology."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from environments.instance import Instance
from environments.loading import site_of, topology_of
from foundation import extras
from infra.comparing import Difference, compare
from infra.stack import described

UNEXPRESSED: Mapping[str, str] = {
    "processes": "the Docker provider has no limit on the number of processes; only `env` sets it",
}
"""What a topology says and no program can: attribute -> why."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """What a check found."""

    instance: Instance
    site: str
    differences: tuple[Difference, ...]

    @property
    def counted(self) -> str:
        """Such as "10 nodes, 3 networks, 2 volumes"."""
        counts = {
            "node": len(self.instance.nodes),
            "network": len(self.instance.networks),
            "volume": len(self.instance.topology.volumes),
        }
        return ", ".join(f"{number} {kind}{'' if number == 1 else 's'}" for kind, number in counts.items())

    def to_dict(self) -> dict[str, object]:
        """For --json."""
        return {
            "definition": self.instance.topology.definition,
            "site": self.site,
            "digest": self.instance.topology.digest,
            "same": not self.differences,
            "nodes": len(self.instance.nodes),
            "networks": len(self.instance.networks),
            "volumes": len(self.instance.topology.volumes),
            "differences": [difference.to_dict() for difference in self.differences],
            "unexpressed": dict(UNEXPRESSED),
        }


def check(definition: str, *, site: str, beside: Path) -> Check:
    """Compares; touches neither Docker nor a network.

    Raises InputError, RunInvalid for a program that declares nothing, Unavailable without Pulumi.
    """
    topology = topology_of(definition, beside=beside).topology
    where = site_of(site, beside=beside)
    require_pulumi()
    from infra.programs import program
    from infra.recording import record

    stack = described(topology, where)
    recorded = record(program(stack), stack=stack.instance.name)
    return Check(instance=stack.instance, site=where.site, differences=tuple(compare(stack, recorded)))


def require_pulumi() -> None:
    """Raises Unavailable where Pulumi's Python packages are missing: the rehearsal does not need them."""
    extras.require("infra", "infra")
