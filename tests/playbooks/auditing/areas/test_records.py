"""Logs that stay or travel in the clear are found; a box is not blamed for its kernel."""

from __future__ import annotations

from playbooks.auditing.areas.records import WATCHED
from playbooks.auditing.judging import Severity, Status
from tests.playbooks.auditing.given import answer, evidence, files, said

SENDER = """\
template(name="peakproof-wire" type="string" string="...")
action(
  name="peakproof-central" type="omrelp" target="10.0.0.3" port="6514"
  tls="on" tls.permittedPeer=["box-3"]
)
"""
SERVER = (
    'ruleset(name="peakproof-central") {\n  action(\n    type="omfile" dynaFile="peakproof-file"\n  )\n}\n'
)
RUNNING = {
    "rsyslog.service": "active",
    "prometheus-node-exporter.service": "active",
    "auditd.service": "active",
}
RULES = "\n".join(f"-a always,exit -F path={word} -F key=x" for word in WATCHED.values())


def rsyslog(text: str) -> dict[str, object]:
    return files({"/etc/rsyslog.d/50-peakproof.conf": text})


def test_logs_that_leave_over_tls_hold() -> None:
    shipped = answer(evidence(files=rsyslog(SENDER), services=RUNNING), "records.shipped")
    assert shipped.status is Status.HOLDS
    assert shipped.facts == ("logs go to 10.0.0.3",)


def test_logs_in_the_clear_are_a_gate() -> None:
    clear = SENDER.replace('tls="on" ', "")
    (found,) = answer(evidence(files=rsyslog(clear), services=RUNNING), "records.shipped").open
    assert (found.what, found.severity) == ("logs travel in the clear to 10.0.0.3", Severity.HIGH)


def test_a_forward_to_others_in_the_clear_is_found_beside_one_that_is_not() -> None:
    both = SENDER + 'action(type="omfwd" target="siem.example" port="514" protocol="tcp")\n'
    found = said(evidence(files=rsyslog(both), services=RUNNING), "records.shipped")
    assert found == ["logs travel in the clear to siem.example"]


def test_the_log_server_keeps_what_others_send() -> None:
    assert answer(evidence(files=rsyslog(SERVER), services=RUNNING), "records.shipped").status is Status.HOLDS


def test_logs_that_stay_or_are_not_written_are_findings() -> None:
    assert said(evidence(files=files(), services=RUNNING), "records.shipped")[0].startswith(
        "logs stay on the host"
    )
    stopped = {**RUNNING, "rsyslog.service": "failed"}
    assert said(evidence(files=rsyslog(SENDER), services=stopped), "records.shipped") == [
        "rsyslog does not run"
    ]


def test_every_subject_needs_a_rule() -> None:
    rules = files({"/etc/audit/rules.d/50-peakproof.rules": RULES})
    assert said(evidence(files=rules), "records.rules") == []
    without = files({"/etc/audit/rules.d/50-peakproof.rules": RULES.replace("/etc/sudoers", "/etc/other")})
    assert said(evidence(files=without), "records.rules") == ["no audit rule watches sudo's configuration"]


def test_an_audit_that_is_off_is_a_finding_on_a_machine_and_nothing_to_look_at_in_a_box() -> None:
    off = {"status": "enabled 0\nfailure 1\n", "rules": "No rules\n"}
    on = {"status": "enabled 1\nfailure 1\n", "rules": "-a always,exit"}
    assert answer(evidence(audit=off, services=RUNNING), "records.running").status is Status.FOUND
    assert answer(evidence(audit=on, services=RUNNING), "records.running").status is Status.HOLDS
    assert answer(evidence(container="docker", services=RUNNING), "records.running").status is Status.NOTHING


def test_a_clock_that_nobody_keeps_is_a_finding() -> None:
    assert said(evidence(clock="NTPSynchronized=yes\n"), "records.clock") == []
    found = said(evidence(clock="NTPSynchronized=no\n", services=RUNNING), "records.clock")
    assert found == ["the clock is not synchronised (nothing keeps it)"]
