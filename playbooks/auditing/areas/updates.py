"""Pending updates: what apt would install, how old its lists are, and whether security comes by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from playbooks.auditing.evidence import Evidence
from playbooks.auditing.judging import Area, Finding, Judged, Seen, Severity, looked

_DAY = 86_400
_OLDEST = 7 * _DAY  # lists older than a week say nothing of today
_LINE = re.compile(r"^Inst (?P<package>\S+)(?: \[(?P<has>[^\]]*)\])? \((?P<gets>\S+) (?P<origin>[^)\[]*)")


@dataclass(frozen=True, kw_only=True)
class Update:
    """A package that apt would install; `has` is empty where it is not installed yet."""

    package: str
    has: str
    gets: str
    origin: str

    @property
    def security(self) -> bool:
        """Debian's and Ubuntu's archives of security updates say so in their names."""
        return "security" in self.origin.lower()

    def __str__(self) -> str:
        return f"{self.package} {self.has or '(new)'} -> {self.gets}"


def parse(text: str) -> list[Update]:
    """Lines of `apt-get -s dist-upgrade`."""
    matches = filter(None, map(_LINE.match, text.splitlines()))
    return [
        Update(package=m["package"], has=m["has"] or "", gets=m["gets"], origin=m["origin"].strip())
        for m in matches
    ]


def judge(evidence: Evidence) -> Judged:
    return {
        "security": looked(lambda: _pending(evidence, security=True)),
        "others": looked(lambda: _pending(evidence, security=False)),
        "lists": looked(lambda: _lists(evidence)),
        "unattended": looked(lambda: _unattended(evidence)),
        "restarts": looked(lambda: _restarts(evidence)),
    }


def _pending(evidence: Evidence, *, security: bool) -> Seen:
    updates = parse(str(evidence.section("updates", dict)["upgrade"]))
    wanted = [each for each in updates if each.security is security]
    severity = Severity.HIGH if security else Severity.LOW
    kind = "a security update" if security else "an update"
    findings = [
        Finding(
            what=f"{kind} is pending: {each}",
            severity=severity,
            fix="`peakproof hosts patch`, one host at a time",
        )
        for each in wanted
    ]
    return Seen(findings=findings)


def _lists(evidence: Evidence) -> Seen:
    age = evidence.now - int(str(evidence.section("updates", dict)["fetched"]))
    facts = [f"package lists are {age // _DAY} days old"]
    if age <= _OLDEST:
        return Seen(facts=facts)
    what = f"package lists are {age // _DAY} days old: what is pending since is not known"
    return Seen(
        findings=[Finding(what=what, severity=Severity.MEDIUM, fix="`apt-get update` there")], facts=facts
    )


def _unattended(evidence: Evidence) -> Seen:
    found = dict(re.findall(r'APT::Periodic::([\w-]+)\s+"(\d+)"', evidence.section("periodic", str)))
    off = [name for name in ("Update-Package-Lists", "Unattended-Upgrade") if found.get(name, "0") == "0"]
    return Seen(findings=_off(off))


def _off(off: Sequence[str]) -> list[Finding]:
    return [
        Finding(
            what=f"APT::Periodic::{name} is off: security updates wait for a person",
            severity=Severity.MEDIUM,
            fix="`peakproof hosts configure --tags base`",
        )
        for name in off
    ]


def _restarts(evidence: Evidence) -> Seen:
    told = evidence.section("restarts", dict)
    lines = [line.partition(": ") for line in str(told["needrestart"]).splitlines()]
    waiting = [f"{value} runs what it was before an update" for key, _, value in lines if key == _SERVICE]
    # needrestart's README.batch.md: 2 and 3 are kernels that wait for a reboot.
    if told["reboot"] or any(key == _KERNEL and value in ("2", "3") for key, _, value in lines):
        waiting.append("the host waits for a reboot")
    fix = "`peakproof hosts patch`, one host at a time"
    return Seen(findings=[Finding(what=what, severity=Severity.MEDIUM, fix=fix) for what in waiting])


_SERVICE, _KERNEL = "NEEDRESTART-SVC", "NEEDRESTART-KSTA"


AREA = Area(
    title="Updates",
    checks={
        "security": "Is no security update pending?",
        "others": "Is no other update pending?",
        "lists": "Are the package lists young enough to tell?",
        "unattended": "Do security updates come by themselves?",
        "restarts": "Does everything run as it was updated?",
    },
    judge=judge,
)
