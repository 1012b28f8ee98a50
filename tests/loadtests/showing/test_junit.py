"""JUnit XML: a case for each finding, failures and errors apart, whatever a platform answered."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from hypothesis import given
from hypothesis import strategies as st

from foundation.verdict import Finding, Weight, judge
from loadtests.showing import junit
from tests.loadtests.made import measurements


def finding(weight: Weight, *, holds: bool, reason: str = "") -> Finding:
    return Finding(
        name=f"{weight} {holds}", weight=weight, holds=holds, expected="5", observed="7", reason=reason
    )


def parsed(*findings: Finding) -> Xml.Element:
    return Xml.fromstring(junit.document(measurements(), judge(findings)))  # noqa: S314  # our own


def test_every_finding_is_a_case_and_the_counts_add_up() -> None:
    suite = parsed(
        finding(Weight.OBJECTIVE, holds=True),
        finding(Weight.OBJECTIVE, holds=False),
        finding(Weight.VALIDITY, holds=False),
    )
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    assert [case.get("classname") for case in suite.iter("testcase")] == [
        "load.objective",
        "load.objective",
        "load.validity",
    ]
    [failure] = suite.iter("failure")
    assert failure.get("message") == "objective False: 7"
    [error] = suite.iter("error")
    assert (error.text or "").startswith("expected: 5\nobserved: 7")


def test_the_run_is_in_its_properties() -> None:
    found = {each.get("name"): each.get("value") for each in parsed().iter("property")}
    assert found["verdict"] == "PASS"
    assert found["rate"] == "10/s"


@given(st.text())
def test_any_text_makes_a_document_that_can_be_read(reason: str) -> None:
    suite = parsed(finding(Weight.OBJECTIVE, holds=False, reason=reason))
    assert len([*suite.iter("failure")]) == 1
