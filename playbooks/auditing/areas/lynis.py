"""lynis: the hardening index, what it warns of, what it suggests. Reads its report.dat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from playbooks.auditing import boxed
from playbooks.auditing.evidence import Evidence, Missing
from playbooks.auditing.judging import Area, Finding, Judged, Seen, Severity

GOAL = 75
"""Below this the index is a finding. lynis' makers give no number; a bare Debian is at about 60."""


@dataclass(frozen=True, kw_only=True)
class Remark:
    """A warning or a suggestion: lynis' test, what it says, what it is about."""

    test: str
    text: str
    about: str = ""

    def __str__(self) -> str:
        return f"{self.test}: {self.text}" + (f" ({self.about})" if self.about else "")


@dataclass(frozen=True, kw_only=True)
class Report:
    """What counts of a report. `skipped` were not run, for want of what they look at."""

    version: str
    index: int
    warnings: tuple[Remark, ...]
    suggestions: tuple[Remark, ...]
    done: tuple[str, ...]
    skipped: tuple[str, ...]


def parse(text: str) -> Report:
    """A report.dat. Raises Missing: it was not finished."""
    pairs = [line.partition("=") for line in text.splitlines() if "=" in line and not line.startswith("#")]
    values = {key: value for key, _, value in pairs}
    if not values.get("hardening_index", "").isdigit():
        raise Missing("lynis did not come to its end: its report has no hardening index")
    return Report(
        version=values.get("lynis_version", ""),
        index=int(values["hardening_index"]),
        warnings=tuple(_remark(value) for key, _, value in pairs if key == "warning[]"),
        suggestions=tuple(_remark(value) for key, _, value in pairs if key == "suggestion[]"),
        done=_tests(values.get("tests_executed", "")),
        skipped=_tests(values.get("tests_skipped", "")),
    )


def _remark(value: str) -> Remark:
    test, text, about, *_ = [*value.split("|"), "", ""]
    return Remark(test=test, text=text, about="" if about == "-" else about)


def _tests(value: str) -> tuple[str, ...]:
    return tuple(sorted(filter(None, value.split("|"))))


def judge(evidence: Evidence) -> Judged:
    report = parse(evidence.section("lynis", str))
    ran = (
        f"lynis {report.version}: {len(report.done)} tests run, {len(report.skipped)} had nothing to look at"
    )
    return {
        "index": Seen(findings=list(_index(report)), facts=[f"hardening index {report.index}", ran]),
        "warnings": Seen(findings=_findings(report.warnings, Severity.MEDIUM, evidence)),
        "suggestions": Seen(findings=_findings(report.suggestions, Severity.LOW, evidence)),
    }


def _index(report: Report) -> Iterator[Finding]:
    if report.index < GOAL:
        yield Finding(
            what=f"hardening index {report.index}, below {GOAL}",
            severity=Severity.LOW,
            fix="`peakproof hosts configure`; what lynis suggests is listed",
        )


def _findings(remarks: tuple[Remark, ...], severity: Severity, evidence: Evidence) -> list[Finding]:
    return [
        Finding(
            what=str(remark),
            severity=severity,
            fix=f"cisofy.com/lynis/controls/{remark.test}/",
            source="lynis",
            accepted=boxed.reason(remark.test) if evidence.boxed else "",
        )
        for remark in remarks
    ]


AREA = Area(
    title="lynis",
    checks={
        "index": "Is the host hardened as far as lynis' index can tell?",
        "warnings": "Does lynis warn of anything?",
        "suggestions": "Does lynis suggest anything?",
    },
    judge=judge,
)
