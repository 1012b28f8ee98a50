"""An audit of a site: hosts, answers, controls, what could not be reached. Values; nothing here connects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from foundation.errors import ExitCode
from playbooks.auditing import controls
from playbooks.auditing.areas import AREAS, checks
from playbooks.auditing.controls import Covered
from playbooks.auditing.evidence import Evidence
from playbooks.auditing.judging import Answer, Finding, Severity, Status, answers

VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Host:
    """What a host is."""

    name: str
    release: str
    kernel: str
    boxed: bool


@dataclass(frozen=True, kw_only=True)
class Audit:
    """`unreachable`: host -> why. `covered` are all controls, also those that nothing here evidences."""

    site: str
    made: str
    version: str
    hosts: tuple[Host, ...]
    unreachable: Mapping[str, str] = field(default_factory=dict)
    answers: tuple[Answer, ...]
    covered: tuple[Covered, ...]

    @property
    def findings(self) -> list[tuple[Answer, Finding]]:
        """Every finding that was not accepted, the worst first."""
        order = list(Severity)
        found = [(answer, finding) for answer in self.answers for finding in answer.open]
        return sorted(found, key=lambda pair: order.index(pair[1].severity))

    @property
    def shared(self) -> Mapping[tuple[str, Finding], list[str]]:
        """Check and finding -> the hosts that share it, the worst first."""
        hosts: dict[tuple[str, Finding], list[str]] = {}
        for answer, finding in self.findings:
            hosts.setdefault((answer.check, finding), []).append(answer.host)
        return hosts

    def count(self, severity: Severity) -> int:
        return sum(finding.severity is severity for _, finding in self.findings)

    @property
    def exit_code(self) -> ExitCode:
        """A host that was not reached says nothing, which comes before what the others say.

        What is not as it should be is, whatever else was not looked at; without that, too little was seen.
        """
        if self.unreachable:
            return ExitCode.UNAVAILABLE
        if self.count(Severity.HIGH):
            return ExitCode.FAIL
        return ExitCode.INVALID if self.unlooked else ExitCode.OK

    @property
    def unlooked(self) -> list[Answer]:
        """What was not looked at, though it is there."""
        return [answer for answer in self.answers if answer.status is Status.NOT_LOOKED]

    def to_dict(self) -> dict[str, object]:
        """As docs/hosts/audit.schema.json has it."""
        standards, known = controls.load(), tuple(checks())
        return {
            "version": VERSION,
            "peakproof": self.version,
            "site": self.site,
            "made": self.made,
            "exit_code": int(self.exit_code),
            "counts": {severity.value: self.count(severity) for severity in Severity},
            "hosts": [vars(host) for host in self.hosts],
            "unreachable": dict(self.unreachable),
            "answers": [
                _answer(answer, controls.of(answer.check, standards, known)) for answer in self.answers
            ],
            "controls": [_control(each) for each in self.covered],
        }


def judged(
    site: str,
    evidence: Sequence[Evidence],
    unreachable: Mapping[str, str],
    *,
    made: str,
    version: str,
) -> Audit:
    """The audit of what was collected. Pure but for controls.yaml."""
    given = tuple(answer for each in evidence for answer in answers(AREAS, each))
    return Audit(
        site=site,
        made=made,
        version=version,
        hosts=tuple(_host(each) for each in evidence),
        unreachable=unreachable,
        answers=given,
        covered=tuple(controls.covered(controls.load(), given, checks())),
    )


def _host(evidence: Evidence) -> Host:
    return Host(
        name=evidence.host,
        release=evidence.release("PRETTY_NAME"),
        kernel=str(evidence.machine.get("kernel", "")),
        boxed=evidence.boxed,
    )


def _answer(answer: Answer, evidenced: Iterable[str]) -> dict[str, object]:
    return {
        "check": answer.check,
        "host": answer.host,
        "status": answer.status.value,
        "missing": answer.missing,
        "facts": list(answer.facts),
        "findings": [{**vars(finding), "severity": finding.severity.value} for finding in answer.findings],
        "controls": list(evidenced),
    }


def _control(each: Covered) -> dict[str, object]:
    return {
        **vars(each),
        "state": each.state.value,
        "checks": list(each.checks),
        "missing": list(each.missing),
    }
