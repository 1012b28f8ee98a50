"""What is written down, and when: logs that leave the host, the kernel's audit, the clock, the metrics."""

from __future__ import annotations

import re
from collections.abc import Mapping

from playbooks.auditing import boxed
from playbooks.auditing.evidence import Evidence, Nothing
from playbooks.auditing.judging import Area, Finding, Judged, Seen, Severity, looked

_NTP = ("chrony.service", "systemd-timesyncd.service")
# What PCI DSS 10.2.1 and CIS want on record -> a word of the rule that does it.
WATCHED = {
    "users and groups": "/etc/passwd",
    "sudo's configuration": "/etc/sudoers",
    "sshd's configuration": "/etc/ssh",
    "Docker's configuration": "/etc/docker",
    "the engine's socket": "docker.sock",
    "changes of the time": "clock_settime",
    "modules of the kernel": "init_module",
}


def judge(evidence: Evidence) -> Judged:
    return {
        "shipped": looked(lambda: _shipped(evidence)),
        "rules": looked(lambda: _rules(evidence)),
        "running": looked(lambda: _running(evidence)),
        "clock": looked(lambda: _clock(evidence)),
        "metrics": looked(lambda: _metrics(evidence)),
    }


def _texts(evidence: Evidence, folder: str) -> str:
    texts = evidence.section("files", dict)["texts"]
    return "\n".join(str(text) for path, text in texts.items() if path.startswith(folder) and text)


def _shipped(evidence: Evidence) -> Seen:
    rules, running = _texts(evidence, "/etc/rsyslog.d/"), _active(evidence, "rsyslog.service")
    fix = "`peakproof hosts configure --tags logs`"
    if not running:
        return Seen(findings=[Finding(what="rsyslog does not run", severity=Severity.MEDIUM, fix=fix)])
    forwards = _FORWARDS.findall(rules)
    if "peakproof-central" in rules and not forwards:
        return Seen(facts=["the log server of the site: it keeps what the others send"])
    if not forwards:
        what = "logs stay on the host: who takes it over may remove them"
        return Seen(findings=[Finding(what=what, severity=Severity.MEDIUM, fix=fix)])
    clear = [_target(each) for each in forwards if not _ENCRYPTED.search(each)]
    return Seen(
        findings=[_in_the_clear(target, fix) for target in clear],
        facts=[f"logs go to {_target(each)}" for each in forwards],
    )


# An action of rsyslog that sends, by RELP or as syslog; and what each says of TLS.
_FORWARDS = re.compile(r'action\((?:[^()"]|"[^"]*")*type="om(?:relp|fwd)"(?:[^()"]|"[^"]*")*\)')
_ENCRYPTED = re.compile(r'\btls="on"|StreamDriverMode="1"')


def _target(action: str) -> str:
    found = re.search(r'target="([^"]+)"', action)
    return found[1] if found else "nobody"


def _in_the_clear(target: str, fix: str) -> Finding:
    return Finding(what=f"logs travel in the clear to {target}", severity=Severity.HIGH, fix=fix)


def _rules(evidence: Evidence) -> Seen:
    rules = _texts(evidence, "/etc/audit/rules.d/")
    missing = [what for what, word in WATCHED.items() if word not in rules]
    fix = "`peakproof hosts configure --tags audit`"
    return Seen(
        findings=[
            Finding(what=f"no audit rule watches {what}", severity=Severity.MEDIUM, fix=fix)
            for what in missing
        ],
        facts=[f"rules for {len(WATCHED) - len(missing)} of {len(WATCHED)} subjects"],
    )


def _running(evidence: Evidence) -> Seen:
    if evidence.boxed:
        raise Nothing(boxed.reason("ACCT-9628"))
    status = evidence.section("audit", dict)["status"]
    if re.search(r"^enabled [12]$", str(status), re.MULTILINE) and _active(evidence, "auditd.service"):
        return Seen(facts=["the kernel's audit is on, auditd writes it down"])
    what = "the kernel's audit is off, or nothing writes it down"
    return Seen(
        findings=[Finding(what=what, severity=Severity.MEDIUM, fix="`systemctl status auditd` there")]
    )


def _clock(evidence: Evidence) -> Seen:
    if evidence.boxed:
        raise Nothing(boxed.reason("TIME-3104"))
    told = dict(line.partition("=")[::2] for line in evidence.section("clock", str).splitlines())
    if told.get("NTPSynchronized") == "yes":
        return Seen(facts=["synchronised"])
    keeper = [unit for unit in _NTP if _active(evidence, unit)]
    what = f"the clock is not synchronised ({', '.join(keeper) or 'nothing keeps it'})"
    return Seen(
        findings=[Finding(what=what, severity=Severity.MEDIUM, fix="`peakproof hosts configure --tags base`")]
    )


def _metrics(evidence: Evidence) -> Seen:
    if _active(evidence, "prometheus-node-exporter.service"):
        return Seen(facts=["node_exporter runs"])
    fix = "`peakproof hosts configure --tags metrics`"
    return Seen(findings=[Finding(what="nothing measures the host", severity=Severity.LOW, fix=fix)])


def _active(evidence: Evidence, unit: str) -> bool:
    units: Mapping[str, str] = evidence.section("services", dict)
    return units.get(unit) == "active"


AREA = Area(
    title="Records",
    checks={
        "shipped": "Do logs leave the host, encrypted?",
        "rules": "Is what changes the host's security on record?",
        "running": "Does the kernel's audit run?",
        "clock": "Is the clock kept by others?",
        "metrics": "Is the host measured?",
    },
    judge=judge,
)
