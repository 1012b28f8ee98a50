"""The exit code: what was not seen is never clean, what is bad is a gate, a host out of reach comes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from foundation.errors import ExitCode
from playbooks.auditing.audit import Audit, Host
from playbooks.auditing.judging import Answer, Finding, Severity

HOST = Host(name="box-1", release="Debian GNU/Linux 13 (trixie)", kernel="6.12.1", boxed=False)


def audited(*answers: Answer, unreachable: Mapping[str, str] | None = None) -> Audit:
    return Audit(
        site="box", made="2026-11-29", version="0.1.0", hosts=(HOST,), unreachable=unreachable or {},
        answers=answers, covered=(),
    )  # fmt: skip


def found(severity: Severity, *, accepted: str = "") -> Answer:
    finding = Finding(what="a door is open", severity=severity, accepted=accepted)
    return Answer(check="ssh.logins", host="box-1", findings=(finding,))


UNLOOKED = Answer(check="lynis.index", host="box-1", missing="lynis is not installed")
NOTHING = Answer(check="records.clock", host="box-1", missing="a box", nothing=True)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ([], ExitCode.OK),
        ([found(Severity.LOW), found(Severity.MEDIUM), NOTHING], ExitCode.OK),
        ([found(Severity.HIGH, accepted="it must")], ExitCode.OK),
        ([found(Severity.HIGH), UNLOOKED], ExitCode.FAIL),
        ([UNLOOKED], ExitCode.INVALID),
    ],
)
def test_the_exit_code_follows_from_the_answers(answers: list[Answer], code: ExitCode) -> None:
    assert audited(*answers).exit_code is code


def test_a_host_that_was_not_reached_comes_first() -> None:
    made = audited(found(Severity.HIGH), unreachable={"box-2": "cannot be reached"})
    assert made.exit_code is ExitCode.UNAVAILABLE
    assert made.to_dict()["unreachable"] == {"box-2": "cannot be reached"}


def test_the_worst_comes_first() -> None:
    made = audited(found(Severity.LOW), found(Severity.HIGH), found(Severity.MEDIUM))
    assert [finding.severity for _, finding in made.findings] == list(Severity)


def test_what_hosts_share_is_one_finding_of_all_of_them() -> None:
    second = replace(found(Severity.LOW), host="box-2")
    made = audited(found(Severity.LOW), second, found(Severity.HIGH))
    assert [(finding.severity, hosts) for (_, finding), hosts in made.shared.items()] == [
        (Severity.HIGH, ["box-1"]),
        (Severity.LOW, ["box-1", "box-2"]),
    ]
