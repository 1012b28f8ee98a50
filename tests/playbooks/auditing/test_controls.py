"""Controls name checks that there are, say what they leave out, and are no better than their evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.errors import InputError
from playbooks.auditing import controls
from playbooks.auditing.areas import checks
from playbooks.auditing.controls import Control, Standard, State
from playbooks.auditing.judging import Answer, Finding, Severity

KNOWN = tuple(checks())
STANDARDS = controls.load()
FOUND = Finding(what="a door is open", severity=Severity.HIGH)
REMARK = Finding(what="a door creaks", severity=Severity.LOW)


def test_every_control_names_checks_that_there_are() -> None:
    named = {
        one
        for standard in STANDARDS.values()
        for control in standard.controls.values()
        for one in control.evidence
    }
    wildcards = {one for one in named if one.endswith(".*")}
    assert named - wildcards <= set(KNOWN)
    assert {one.removesuffix(".*") for one in wildcards} <= {check.partition(".")[0] for check in KNOWN}


def test_every_check_evidences_a_control_of_each_kind() -> None:
    for check in KNOWN:
        assert controls.of(check, STANDARDS, KNOWN), check


def test_the_three_standards_say_what_is_not_covered_and_why() -> None:
    assert list(STANDARDS) == ["iso27001", "pci", "rodo"]
    for standard in STANDARDS.values():
        assert any(control.not_covered for control in standard.controls.values())


def test_the_technological_controls_of_annex_a_are_all_named() -> None:
    named: list[int] = []
    for number in STANDARDS["iso27001"].controls:
        if number.startswith("A.8."):
            first, _, last = number.partition(" to ")
            named += range(int(first[4:]), int((last or first)[4:]) + 1)
    assert named == list(range(1, 35))


def test_of_the_twelve_requirements_of_pci_nothing_is_passed_over() -> None:
    numbers = list(STANDARDS["pci"].controls)
    whole = {number.removesuffix(", the others") for number in numbers if "." not in number}
    assert whole == {str(number) for number in range(1, 13)}


def test_the_four_paragraphs_of_article_32_are_all_named() -> None:
    paragraphs = {number[3] for number in STANDARDS["rodo"].controls}
    assert paragraphs == {"1", "2", "3", "4"}


@pytest.mark.parametrize("text", ["{title: T}", "{title: T, evidence: [a.b], not_covered: no}"])
def test_a_control_has_evidence_or_a_reason_and_not_both(tmp_path: Path, text: str) -> None:
    file = tmp_path / "controls.yaml"
    file.write_text(f"own:\n  title: Own\n  controls:\n    X.1: {text}\n")
    with pytest.raises(InputError):
        controls.load(file)


LOOKED = Answer(check="ssh.algorithms", host="a")
OWN = {"own": Standard(title="Own", controls={"X.1": Control(title="Doors", evidence=("ssh.*",))})}


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ([LOOKED, Answer(check="ssh.logins", host="a")], State.EVIDENCED),
        ([LOOKED, Answer(check="ssh.logins", host="a", findings=(FOUND,))], State.FINDINGS),
        ([LOOKED, Answer(check="ssh.logins", host="a", missing="gone")], State.PARTLY),
        ([LOOKED, Answer(check="ssh.logins", host="a", findings=(REMARK,))], State.REMARKS),
        ([Answer(check="ssh.algorithms", host="a", missing="gone")], State.NOT_LOOKED),
        ([], State.NOT_LOOKED),
    ],
)  # fmt: skip
def test_a_control_is_as_good_as_its_evidence(given: list[Answer], state: State) -> None:
    (covered,) = controls.covered(OWN, given, KNOWN)
    assert covered.state is state


def test_a_host_that_was_not_looked_at_is_named_by_its_check() -> None:
    given = [Answer(check="ssh.logins", host="a"), Answer(check="ssh.logins", host="b", missing="gone")]
    (covered,) = controls.covered(OWN, given, KNOWN)
    assert (covered.state, covered.missing) == (State.PARTLY, ("ssh.logins",))
