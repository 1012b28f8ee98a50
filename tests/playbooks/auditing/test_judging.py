"""Every check is answered on every host; what was not looked at is never a pass."""

from __future__ import annotations

import pytest

from playbooks.auditing.areas import AREAS, checks
from playbooks.auditing.evidence import Evidence
from playbooks.auditing.judging import Answer, Finding, Severity, Status, answers
from tests.playbooks.auditing.given import evidence


def test_a_host_that_told_nothing_passes_nothing() -> None:
    given = Evidence(host="box-1", sections={}, opened=())
    assert {answer.status for answer in answers(AREAS, given)} == {Status.NOT_LOOKED}


def test_every_check_is_answered_once() -> None:
    assert [answer.check for answer in answers(AREAS, evidence())] == list(checks())


def test_why_a_section_is_missing_is_the_hosts_own_word() -> None:
    given = Evidence(host="box-1", sections={"lynis": {"missing": "lynis is not installed"}}, opened=())
    (index, *_) = answers({"lynis": AREAS["lynis"]}, given)
    assert index.missing == "lynis is not installed"


@pytest.mark.parametrize("value", [None, 3, ["sshd"], {"value": 7}])
def test_a_section_of_another_kind_was_not_looked_at(value: object) -> None:
    given = Evidence(host="box-1", sections={"sshd": value}, opened=())
    assert {answer.status for answer in answers({"ssh": AREAS["ssh"]}, given)} == {Status.NOT_LOOKED}


def test_what_is_accepted_is_told_and_holds() -> None:
    accepted = Finding(what="it does", severity=Severity.HIGH, accepted="it must")
    assert Answer(check="a.b", host="box-1", findings=(accepted,)).status is Status.HOLDS
    assert Answer(check="a.b", host="box-1", findings=(accepted,)).findings == (accepted,)
