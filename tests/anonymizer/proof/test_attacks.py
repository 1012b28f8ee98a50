"""People who are looked for by what a source says of them: found where a target gives them away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from anonymizer.policies.people import Enforced, People
from anonymizer.proof import singling
from anonymizer.proof.exposure import Exposure
from anonymizer.proof.singling import exposures
from tests.anonymizer.proof.memory import Cells, Memory, copied, plan

COUNT = 60
RULES: dict[str, object] = {
    "id": "keep", "who": "keep", "town": "keep", "job": "keep",
    "pay": {"transform": "generalise", "class": "sensitive", "options": {"band": 1000}},
    "born": {"transform": "generalise", "class": "sensitive", "options": {"to": "year"}},
}  # fmt: skip
TYPES = {"pay": "integer", "born": "date"}
SOURCE: dict[str, list[str | None]] = {
    "id": [str(n) for n in range(COUNT)],
    "who": [str(n // 2) for n in range(COUNT)],
    "town": [f"town{n % 4}" for n in range(COUNT)],
    "job": [f"job{n % 3}" for n in range(COUNT)],
    "pay": [str(1000 + 100 * n) for n in range(COUNT)],
    "born": [f"{1960 + n % 20}-0{1 + n % 9}-11" for n in range(COUNT)],
}
COARSE: dict[str, list[str | None]] = {
    **SOURCE,
    "pay": [str(int(str(one)) // 1000 * 1000) for one in SOURCE["pay"]],
    "born": [f"{str(one)[:4]}-01-01" for one in SOURCE["born"]],
}


def seen(
    people: People, target: Cells = COARSE, *, rules: Mapping[str, object] = RULES,
    enforced: Enforced | None = None, source: Cells = SOURCE,
) -> Exposure:  # fmt: skip
    table = replace(copied(rules, types=TYPES), people=people)
    sides = [Memory(tables={"t": side}, block=7) for side in (source, target)]
    [found] = exposures(sides[0], sides[1], replace(plan(table), enforced=enforced))
    return found


@pytest.mark.parametrize(
    ("quasi", "groups", "k"),
    [
        (["town"], 4, 15),
        (["job"], 3, 20),
        (["town", "job"], 12, 5),
        (["pay"], 6, 10),
        (["born"], 20, 3),
        (["town", "pay"], 24, 2),
    ],
)
def test_groups_are_those_who_share_all_that_somebody_may_know(quasi: list[str], groups: int, k: int) -> None:
    risk = seen(People(quasi=quasi)).risk
    assert (risk.persons, risk.groups, risk.k) == (COUNT, groups, k)


def test_rows_of_one_person_count_once_and_the_smallest_of_their_groups_decides() -> None:
    risk = seen(People(quasi=["town"], person="who")).risk
    assert (risk.persons, risk.groups, risk.k) == (COUNT // 2, 4, 15)
    rare = {**COARSE, "town": ["Hel", *COARSE["town"][1:]]}
    assert seen(People(quasi=["town"], person="who"), rare).risk.singled_out == 1


@pytest.mark.parametrize(
    ("quasi", "target", "success"),
    [
        (["town"], COARSE, 4 / 60),
        (["pay"], COARSE, 6 / 60),
        (["born"], COARSE, 20 / 60),
        (["pay"], SOURCE, 6 / 60),
        (["town"], {**COARSE, "town": ["one"] * COUNT}, 1 / 60),
        (["town"], {**COARSE, "town": [None] * COUNT}, 1 / 60),
    ],
)
def test_an_attack_finds_one_of_each_group_however_the_policy_rounds(
    quasi: list[str], target: Cells, success: float
) -> None:
    linkage = seen(People(quasi=quasi), target).linkage
    assert linkage is not None
    if target is not SOURCE:
        assert linkage.success == pytest.approx(success)
    assert linkage.by_chance == pytest.approx(1 / 60)
    assert linkage.attacks == COUNT


def test_two_facts_give_away_more_than_one() -> None:
    one, both = (seen(People(quasi=quasi)).linkage for quasi in (["town"], ["town", "born", "pay"]))
    assert one is not None
    assert both is not None
    assert one.success < both.success
    assert both.singled_out > one.singled_out == 0


def test_where_everybody_was_looked_for_the_interval_is_the_rate_and_a_sample_has_a_wider_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    all_ = seen(People(quasi=["born"])).linkage
    assert all_ is not None
    assert all_.low == all_.success == all_.high
    monkeypatch.setattr(singling, "ATTACKS", 20)
    some = seen(People(quasi=["born"])).linkage
    assert some is not None
    assert some.attacks == 20
    assert some.low < some.success < some.high


@pytest.mark.parametrize(
    ("rules", "people", "measured"),
    [
        (RULES, People(quasi=["town"]), True),
        ({**RULES, "id": {"transform": "integer_key", "class": "sensitive"}}, People(quasi=["town"]), False),
        (
            {**RULES, "who": {"transform": "phone", "class": "identifying"}},
            People(quasi=["town"], person="who"),
            False,
        ),
        (
            {**RULES, "id": {"transform": "integer_key", "class": "sensitive"}},
            People(quasi=["town"], person="who"),
            True,
        ),
    ],
)
def test_without_a_name_on_both_sides_nobody_is_attacked(
    rules: Mapping[str, object], people: People, *, measured: bool
) -> None:
    found = seen(people, rules=rules)
    assert (found.linkage is not None) is measured
    assert found.risk.groups == 4, "how they hide is counted all the same"


def test_who_is_in_one_side_only_is_not_looked_for() -> None:
    half = {name: column[: COUNT // 2] for name, column in SOURCE.items()}
    of_half = seen(People(quasi=["town"]), source=half).linkage
    assert of_half is not None
    assert of_half.attacks == COUNT // 2
    fewer = {name: column[: COUNT // 2] for name, column in COARSE.items()}
    in_half = seen(People(quasi=["town"]), fewer).linkage
    assert in_half is not None
    assert in_half.attacks == COUNT // 2
    assert in_half.by_chance == pytest.approx(2 / COUNT)


@pytest.mark.parametrize(
    ("enforced", "faults"),
    [
        (Enforced(k=5), 0),
        (Enforced(k=15), 0),
        (Enforced(k=16), 1),
        (Enforced(l=3), 0),
        (Enforced(l=4), 1),
        (Enforced(linkage=0.06), 0),
        (Enforced(linkage=0.05), 1),
        (Enforced(k=16, l=4, linkage=0.01), 3),
    ],
)
def test_what_is_enforced_is_judged_at_its_edge(enforced: Enforced, faults: int) -> None:
    found = seen(People(quasi=["town"], sensitive="job"), enforced=enforced)
    assert (found.risk.k, found.risk.l, len(found.faults)) == (15, 3, faults)


def test_a_plan_without_people_measures_nobody() -> None:
    table = copied(RULES, types=TYPES)
    side = Memory(tables={"t": SOURCE})
    assert exposures(side, side, plan(table)) == ()
