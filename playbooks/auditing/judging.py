"""From evidence to answers: every check of every area, on every host. Not looked at is never a pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from playbooks.auditing.evidence import Evidence, Missing, Nothing


class Severity(StrEnum):
    """HIGH is a gate: the command ends with 1."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Status(StrEnum):
    HOLDS = "holds"
    FOUND = "findings"
    NOT_LOOKED = "not looked at"
    NOTHING = "nothing to look at"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is not as it should be. `source`: the rule that says so; `accepted`: why it stays, if it does."""

    what: str
    severity: Severity
    fix: str = ""
    source: str = ""
    accepted: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one check says of one host. `facts` are what was seen; `missing` is why nothing was.

    `nothing`: there is nothing to look at, so that it was not looked at leaves nothing open.
    """

    check: str
    host: str
    findings: tuple[Finding, ...] = ()
    facts: tuple[str, ...] = ()
    missing: str = ""
    nothing: bool = False

    @property
    def open(self) -> tuple[Finding, ...]:
        """What was found and not accepted."""
        return tuple(finding for finding in self.findings if not finding.accepted)

    @property
    def status(self) -> Status:
        if self.missing:
            return Status.NOTHING if self.nothing else Status.NOT_LOOKED
        return Status.FOUND if self.open else Status.HOLDS


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a check of an area saw, before it has a host."""

    findings: Sequence[Finding] = ()
    facts: Sequence[str] = ()


Judged = Mapping[str, Seen | Missing]


@dataclass(frozen=True, kw_only=True)
class Area:
    """A kind of evidence: its checks (name -> what is asked) and how they are answered from it.

    `judge` answers each of them; where it raises Missing, none was looked at.
    """

    title: str
    checks: Mapping[str, str]
    judge: Callable[[Evidence], Judged]


def answers(areas: Mapping[str, Area], evidence: Evidence) -> Iterator[Answer]:
    """Every check of every area, whatever was collected; named AREA.CHECK."""
    for name, area in areas.items():
        judged = _judged(area, evidence)
        for check in area.checks:
            yield _answer(f"{name}.{check}", evidence.host, judged[check])


def _judged(area: Area, evidence: Evidence) -> Judged:
    try:
        return area.judge(evidence)
    except Missing as missing:
        return dict.fromkeys(area.checks, missing)


def _answer(check: str, host: str, seen: Seen | Missing) -> Answer:
    if isinstance(seen, Missing):
        return Answer(check=check, host=host, missing=str(seen), nothing=isinstance(seen, Nothing))
    return Answer(check=check, host=host, findings=tuple(seen.findings), facts=tuple(seen.facts))


def looked(look: Callable[[], Seen]) -> Seen | Missing:
    """One check of an area for itself: what it misses keeps none of the others from being answered."""
    try:
        return look()
    except Missing as missing:
        return missing


def accepting(findings: Sequence[Finding], reason: str) -> list[Finding]:
    """The same, with why they stay."""
    return [replace(finding, accepted=reason) for finding in findings]
