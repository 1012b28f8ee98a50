"""What a run proved: PASS, FAIL or INVALID, from findings. Pure values; nothing here measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from foundation.errors import ExitCode


class Status(StrEnum):
    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"
    INVALID = "INVALID"


class Weight(StrEnum):
    """How a broken finding counts. Broken conservation is a fact even when the load was not as planned."""

    CONSERVATION = "conservation"
    VALIDITY = "validity"
    OBJECTIVE = "objective"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was checked: what was promised, what was seen, and whether it holds."""

    name: str
    weight: Weight
    holds: bool
    expected: str
    observed: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The status of a run and the findings it was derived from."""

    status: Status
    findings: tuple[Finding, ...]

    @property
    def broken(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.holds)

    @property
    def exit_code(self) -> ExitCode:
        return {
            Status.PASS: ExitCode.OK, Status.FAIL: ExitCode.FAIL, Status.INVALID: ExitCode.INVALID,
        }[self.status]  # fmt: skip


# The first weight that has a broken finding decides.
_ORDER = (
    (Weight.CONSERVATION, Status.FAIL),
    (Weight.VALIDITY, Status.INVALID),
    (Weight.OBJECTIVE, Status.FAIL),
)


def judge(findings: Sequence[Finding]) -> Verdict:
    """The verdict: broken conservation FAILs; else broken validity is INVALID; else a missed SLO FAILs."""
    broken = {finding.weight for finding in findings if not finding.holds}
    status = next((status for weight, status in _ORDER if weight in broken), Status.PASS)
    return Verdict(status=status, findings=tuple(findings))
