"""How exposed a table's people are: what was measured, and what of it a policy does not allow. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from anonymizer.policies.people import Enforced, People
from anonymizer.proof.linkage import Linkage
from anonymizer.proof.risk import Risk


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """One table's people. `linkage` is None where source and target do not tell who is who."""

    table: str
    people: People
    risk: Risk
    linkage: Linkage | None
    enforced: Enforced | None

    @property
    def faults(self) -> tuple[str, ...]:
        """What is enforced and does not hold."""
        return tuple(_faults(self))

    def to_dict(self) -> dict[str, object]:
        return {
            "table": self.table,
            "people": self.people.model_dump(),
            "enforced": self.enforced.model_dump() if self.enforced else None,
            "risk": self.risk.to_dict(),
            "linkage": self.linkage.to_dict() if self.linkage else None,
            "faults": list(self.faults),
        }


def _faults(seen: Exposure) -> Iterator[str]:
    by = " + ".join(seen.people.quasi)
    if seen.risk.below:
        yield (
            f"{seen.table}: {seen.risk.below} of {seen.risk.persons} persons are in a group of fewer than "
            f"{seen.risk.wanted} by {by} (k is {seen.risk.k})"
        )
    if not seen.risk.diverse:
        yield (
            f"{seen.table}: persons who share {by} have {seen.risk.l} different values of "
            f"{seen.people.sensitive}, not {seen.risk.wanted_diversity} (l)"
        )
    most = seen.enforced.linkage if seen.enforced else None
    if most is not None and seen.linkage is None:
        yield f"{seen.table}: linkage was not measured: source and target do not tell who is who"
    elif most is not None and seen.linkage is not None and seen.linkage.most > most:
        yield (
            f"{seen.table}: up to {seen.linkage.most:.2%} of persons are found by {by} (linkage), "
            f"not at most {most:.2%}"
        )
