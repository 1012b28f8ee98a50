"""Controls of standards, and which checks evidence them, by controls.yaml. Pure but for reading that file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import Field, RootModel, model_validator

from foundation import documents
from foundation.documents import Input
from playbooks.auditing.judging import Answer, Finding, Severity

FILE = Path(__file__).with_name("controls.yaml")


class Control(Input):
    """What is asked; `evidence` are checks, `part` is what of the control they show, if it is not all."""

    title: str
    evidence: tuple[str, ...] = ()
    part: str = ""
    not_covered: str = ""

    @model_validator(mode="after")
    def _says_one(self) -> Control:
        if bool(self.evidence) == bool(self.not_covered):
            raise ValueError("has either evidence, or why it is not covered")
        return self


class Standard(Input):
    title: str
    controls: dict[str, Control] = Field(min_length=1)


class _Standards(RootModel[dict[str, Standard]]):
    pass


def load(path: Path = FILE) -> Mapping[str, Standard]:
    """Short name -> standard. Raises InputError."""
    standards, _ = documents.load(path, _Standards)
    return standards.root


class State(StrEnum):
    """How far the hosts evidence a control; what is of severity low is a remark."""

    EVIDENCED = "evidenced"
    REMARKS = "evidenced, with remarks"
    FINDINGS = "findings"
    PARTLY = "partly looked at"
    NOT_LOOKED = "not looked at"
    NOT_COVERED = "not covered"


@dataclass(frozen=True, kw_only=True)
class Covered:
    """A control and what the answers say of it. `missing` are checks that some host did not answer."""

    standard: str
    number: str
    title: str
    state: State
    checks: tuple[str, ...]
    findings: int
    missing: tuple[str, ...]
    remark: str


def covered(
    standards: Mapping[str, Standard], answers: Sequence[Answer], checks: Iterable[str]
) -> Iterator[Covered]:
    """Every control of every standard, in the file's order."""
    known = tuple(checks)
    for name, standard in standards.items():
        for number, control in standard.controls.items():
            yield _covered(name, number, control, answers, known)


def _covered(
    standard: str, number: str, control: Control, answers: Sequence[Answer], known: Sequence[str]
) -> Covered:
    asked = meant(control, known)
    given = [answer for answer in answers if answer.check in asked]
    missing = sorted({answer.check for answer in given if answer.missing})
    findings = [finding for answer in given for finding in answer.open]
    return Covered(
        standard=standard, number=number, title=control.title, checks=asked, findings=len(findings),
        state=_state(control, given, findings), missing=tuple(missing),
        remark=control.not_covered or control.part,
    )  # fmt: skip


def _state(control: Control, given: Sequence[Answer], findings: Sequence[Finding]) -> State:
    if control.not_covered:
        return State.NOT_COVERED
    unlooked = [answer for answer in given if answer.missing]
    if len(unlooked) == len(given):
        return State.NOT_LOOKED
    if any(finding.severity is not Severity.LOW for finding in findings):
        return State.FINDINGS
    if unlooked:
        return State.PARTLY
    return State.REMARKS if findings else State.EVIDENCED


def meant(control: Control, known: Sequence[str]) -> tuple[str, ...]:
    """The checks that a control's evidence stands for: `AREA.*` is every check of an area."""
    return tuple(
        check
        for check in known
        if check in control.evidence or f"{check.partition('.')[0]}.*" in control.evidence
    )


def of(check: str, standards: Mapping[str, Standard], known: Sequence[str]) -> list[str]:
    """The controls that a check evidences, such as "iso27001 A.8.9"."""
    return [
        f"{name} {number}"
        for name, standard in standards.items()
        for number, control in standard.controls.items()
        if check in meant(control, known)
    ]
