"""Pending updates are told apart from pending security updates; old lists tell nothing of today."""

from __future__ import annotations

import pytest

from playbooks.auditing.areas import updates
from playbooks.auditing.judging import Severity, Status
from tests.playbooks.auditing.given import NOW, answer, evidence, said

PENDING = """\
Reading package lists...
The following packages will be upgraded:
  base-files openssl linux-image-amd64
Inst openssl [3.5.1-1] (3.5.1-1+deb13u1 Debian-Security:13/stable-security [amd64]) []
Inst base-files [13.8] (13.8+deb13u1 Debian:13.1/stable [amd64])
Inst linux-image-6.12.48-amd64 (6.12.48-1 Debian-Security:13/stable-security [amd64])
Conf openssl (3.5.1-1+deb13u1 Debian-Security:13/stable-security [amd64])
"""
ON = 'APT::Periodic "";\nAPT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n'
DAY = 86_400


def told(text: str, *, days: int = 0) -> dict[str, object]:
    return {"upgrade": text, "fetched": NOW - days * DAY}


def test_what_apt_would_install_is_read() -> None:
    assert [(str(each), each.security) for each in updates.parse(PENDING)] == [
        ("openssl 3.5.1-1 -> 3.5.1-1+deb13u1", True),
        ("base-files 13.8 -> 13.8+deb13u1", False),
        ("linux-image-6.12.48-amd64 (new) -> 6.12.48-1", True),
    ]


def test_a_pending_security_update_is_a_gate_and_another_is_not() -> None:
    given = evidence(updates=told(PENDING))
    assert {each.severity for each in answer(given, "updates.security").open} == {Severity.HIGH}
    assert said(given, "updates.others") == ["an update is pending: base-files 13.8 -> 13.8+deb13u1"]
    assert answer(given, "updates.others").open[0].severity is Severity.LOW


def test_nothing_pending_holds() -> None:
    nothing = "Calculating upgrade...\n0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n"
    assert answer(evidence(updates=told(nothing)), "updates.security").status is Status.HOLDS


@pytest.mark.parametrize(("days", "status"), [(0, Status.HOLDS), (7, Status.HOLDS), (8, Status.FOUND)])
def test_lists_older_than_a_week_are_a_finding(days: int, status: Status) -> None:
    assert answer(evidence(updates=told("", days=days)), "updates.lists").status is status


def test_security_that_waits_for_a_person_is_a_finding() -> None:
    assert said(evidence(periodic=ON), "updates.unattended") == []
    off = ON.replace('Unattended-Upgrade "1"', 'Unattended-Upgrade "0"')
    assert said(evidence(periodic=off), "updates.unattended") == [
        "APT::Periodic::Unattended-Upgrade is off: security updates wait for a person"
    ]


BATCH = "NEEDRESTART-VER: 3.8\nNEEDRESTART-KCUR: 6.12.41\nNEEDRESTART-KSTA: 1\n"


def test_a_service_that_runs_what_it_was_before_an_update_is_a_finding() -> None:
    waiting = {"needrestart": BATCH + "NEEDRESTART-SVC: cron.service\n", "reboot": False}
    assert said(evidence(restarts=waiting), "updates.restarts") == [
        "cron.service runs what it was before an update"
    ]
    assert said(evidence(restarts={"needrestart": BATCH, "reboot": False}), "updates.restarts") == []


def test_a_kernel_or_a_package_that_waits_for_a_reboot_is_a_finding() -> None:
    kernel = {"needrestart": BATCH.replace("KSTA: 1", "KSTA: 3"), "reboot": False}
    package = {"needrestart": BATCH, "reboot": True}
    for waiting in (kernel, package):
        assert said(evidence(restarts=waiting), "updates.restarts") == ["the host waits for a reboot"]
