"""What a policy enforces of its people is told where it does not hold, and only there."""

from __future__ import annotations

import json

import pytest

from anonymizer.policies.people import Enforced, People
from anonymizer.proof.exposure import Exposure
from anonymizer.proof.linkage import Linkage
from anonymizer.proof.risk import Risk

PEOPLE = People(quasi=["town", "pay"], sensitive="job")
NOBODY = Linkage(attacks=0, links=0.0, singled_out=0, by_chance=0.0, low=0.0, high=1.0)


def exposure(
    *, below: int = 0, wanted: int = 1, l: int | None = 3, diversity: int = 1,  # noqa: E741
    linkage: Linkage | None = None, most: float | None = None,
) -> Exposure:  # fmt: skip
    risk = Risk(
        persons=100, groups=9, k=2, l=l, singled_out=0, below=below, wanted=wanted, wanted_diversity=diversity
    )
    enforced = None if most is None else Enforced(linkage=most)
    return Exposure(table="t", people=PEOPLE, risk=risk, linkage=linkage, enforced=enforced)


def found(high: float, by_chance: float = 0.0) -> Linkage:
    return Linkage(attacks=100, links=10.0, singled_out=1, by_chance=by_chance, low=0.05, high=high)


@pytest.mark.parametrize(
    ("seen", "faults"),
    [
        (exposure(), []),
        (exposure(below=7, wanted=5),
         ["t: 7 of 100 persons are in a group of fewer than 5 by town + pay (k is 2)"]),
        (exposure(l=1, diversity=2),
         ["t: persons who share town + pay have 1 different values of job, not 2 (l)"]),
        (exposure(l=2, diversity=2), []),
        (exposure(l=None, diversity=2), []),
        (exposure(most=0.1), ["t: linkage was not measured: source and target do not tell who is who"]),
        (exposure(linkage=found(0.2)), []),
        (exposure(most=0.2, linkage=found(0.2)), []),
        (exposure(most=0.199, linkage=found(0.2)),
         ["t: up to 20.00% of persons are found by town + pay (linkage), not at most 19.90%"]),
        (exposure(most=0.11, linkage=found(0.55, by_chance=0.5)), []),
        (exposure(most=0.5, linkage=NOBODY),
         ["t: up to 100.00% of persons are found by town + pay (linkage), not at most 50.00%"]),
        (exposure(most=1.0, linkage=NOBODY), []),
    ],
)  # fmt: skip
def test_each_broken_part_is_told_with_its_figures(seen: Exposure, faults: list[str]) -> None:
    assert [*seen.faults] == faults
    assert json.loads(json.dumps(seen.to_dict()))["faults"] == faults


def test_all_that_is_broken_is_told_at_once() -> None:
    seen = exposure(below=1, wanted=2, l=1, diversity=2, most=0.0, linkage=found(0.2))
    assert len(seen.faults) == 3


def test_what_was_not_measured_is_said_as_nothing() -> None:
    said = exposure().to_dict()
    assert (said["linkage"], said["enforced"]) == (None, None)
    assert said["people"] == PEOPLE.model_dump()
