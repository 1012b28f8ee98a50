"""What lynis said is read; what cannot pass in a box is told apart; a report that broke off is none."""

from __future__ import annotations

from playbooks.auditing.areas import lynis
from playbooks.auditing.judging import Severity, Status
from tests.playbooks.auditing.given import answer, evidence, text

REPORT = text("lynis-report.dat")


def test_a_report_is_its_index_its_warnings_and_its_suggestions() -> None:
    report = lynis.parse(REPORT)
    assert (report.version, report.index) == ("3.1.4", 59)
    assert [str(remark) for remark in report.warnings] == [
        "LOGG-2138: klogd is not running, which could lead to missing kernel messages in log files"
    ]
    assert str(report.suggestions[-1]).startswith("HRDN-7230: Harden the system by installing")


def test_what_a_remark_is_about_is_told_with_it() -> None:
    report = lynis.parse(
        "suggestion[]=SSH-7408|Consider hardening SSH configuration|LogLevel (set INFO)|-|\nhardening_index=1"
    )
    assert (
        str(report.suggestions[0]) == "SSH-7408: Consider hardening SSH configuration (LogLevel (set INFO))"
    )


def test_a_low_index_is_a_finding_and_a_good_one_is_none() -> None:
    assert answer(evidence(lynis=REPORT), "lynis.index").status is Status.FOUND
    good = REPORT.replace("hardening_index=59", "hardening_index=80")
    assert answer(evidence(lynis=good), "lynis.index").status is Status.HOLDS


def test_a_report_without_an_end_was_not_looked_at() -> None:
    broken_off = "\n".join(line for line in REPORT.splitlines() if "hardening_index" not in line)
    assert answer(evidence(lynis=broken_off), "lynis.warnings").status is Status.NOT_LOOKED


def test_what_cannot_pass_in_a_box_is_accepted_there_and_nowhere_else() -> None:
    boxed = answer(evidence(lynis=REPORT, container="docker"), "lynis.warnings")
    assert boxed.status is Status.HOLDS
    assert "cannot pass in a box" in boxed.findings[0].accepted
    machine = answer(evidence(lynis=REPORT), "lynis.warnings")
    assert [finding.severity for finding in machine.open] == [Severity.MEDIUM]
