"""PASS, FAIL or INVALID from findings: what broke first in order of weight decides."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import ExitCode
from foundation.verdict import Finding, Status, Weight, judge


def finding(weight: Weight, *, holds: bool) -> Finding:
    return Finding(
        name=weight.value, weight=weight, holds=holds, expected="0", observed="0" if holds else "1"
    )


def broken(*weights: Weight) -> list[Finding]:
    """One finding of every weight; those of `weights` do not hold."""
    return [finding(weight, holds=weight not in weights) for weight in Weight]


LOST, UNPROVEN, MISSED = Weight.CONSERVATION, Weight.VALIDITY, Weight.OBJECTIVE


@pytest.mark.parametrize(
    ("weights", "status", "code"),
    [
        ((), Status.PASS, ExitCode.OK),
        ((MISSED,), Status.FAIL, ExitCode.FAIL),
        ((UNPROVEN,), Status.INVALID, ExitCode.INVALID),
        ((UNPROVEN, MISSED), Status.INVALID, ExitCode.INVALID),
        ((LOST,), Status.FAIL, ExitCode.FAIL),
        ((LOST, UNPROVEN), Status.FAIL, ExitCode.FAIL),
        ((LOST, UNPROVEN, MISSED), Status.FAIL, ExitCode.FAIL),
    ],
)
def test_the_heaviest_broken_finding_decides(
    weights: tuple[Weight, ...], status: Status, code: ExitCode
) -> None:
    verdict = judge(broken(*weights))
    assert (verdict.status, verdict.exit_code) == (status, code)


def test_a_verdict_keeps_its_findings_and_tells_the_broken_ones() -> None:
    findings = broken(Weight.OBJECTIVE)
    verdict = judge(findings)
    assert verdict.findings == tuple(findings)
    assert [each.weight for each in verdict.broken] == [Weight.OBJECTIVE]


findings = st.lists(
    st.builds(lambda weight, holds: finding(weight, holds=holds), st.sampled_from(Weight), st.booleans())
)


@given(findings)
def test_a_verdict_passes_exactly_when_nothing_is_broken(found: list[Finding]) -> None:
    assert (judge(found).status is Status.PASS) == all(each.holds for each in found)


@given(findings, st.randoms(use_true_random=False))
def test_the_order_of_findings_does_not_count(found: list[Finding], random: Random) -> None:
    shuffled = random.sample(found, len(found))
    assert judge(shuffled).status is judge(found).status
