"""Season plans: what they mean with their definition."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import slo
from foundation.errors import InputError
from foundation.slo import Objective
from peakproof import season
from peakproof.season import combined
from tests.peakproof.kiosks import TINY

GOOD = (TINY / "season.yaml").read_text().replace("definition: kiosk", f"definition: {TINY / 'kiosk.yaml'}")


def parsed(*texts: str) -> list[Objective]:
    return [slo.parse(text) for text in texts]


# Objectives of the definition and of the plan ---------------------------------------------------------------


def test_a_plan_adds_to_the_contract() -> None:
    objectives, waivers = combined(parsed("errors < 0.1%"), parsed("recovery < 30s"))
    assert [str(each) for each in objectives] == ["errors < 0.1%", "recovery < 30s"]
    assert waivers == ()


@pytest.mark.parametrize(
    ("contract", "planned"),
    [
        ("errors < 1%", "errors < 0.1%"),
        ("errors < 1%", "errors < 1%"),
        ("throughput > 10/s", "throughput > 20/s"),
        ("order p99 <= 500ms", "order p99 < 500ms"),
    ],
)
def test_a_plan_tightens_without_a_waiver(contract: str, planned: str) -> None:
    objectives, waivers = combined(parsed(contract), parsed(planned))
    assert [str(each) for each in objectives] == [planned]
    assert waivers == ()


@pytest.mark.parametrize(
    ("contract", "planned"),
    [
        ("errors < 0.1%", "errors < 1%"),
        ("throughput > 20/s", "throughput > 10/s"),
        ("lost orders = 0", "lost orders < 5"),
        ("recovery < 10s", "recovery < 30s"),
    ],
)
def test_what_a_plan_loosens_is_a_waiver_that_names_both(contract: str, planned: str) -> None:
    objectives, (waiver,) = combined(parsed(contract), parsed(planned))
    assert [str(each) for each in objectives] == [planned]
    assert contract in waiver
    assert planned in waiver


def test_a_limit_outside_faults_stands_beside_the_one_that_holds_always() -> None:
    objectives, waivers = combined(parsed("order p99 < 1s"), parsed("order p99 < 500ms outside faults+10s"))
    assert len(objectives) == 2
    assert waivers == ()


@given(st.floats(0.001, 0.9), st.floats(0.001, 0.9))
def test_a_waiver_is_exactly_a_limit_that_the_contract_would_not_bear(
    contract: float, planned: float
) -> None:
    texts = [f"errors < {limit * 100:.3f}%" for limit in (contract, planned)]
    (promised,), (wanted,) = parsed(texts[0]), parsed(texts[1])
    _, waivers = combined([promised], [wanted])
    assert bool(waivers) is (wanted.limit > promised.limit)


# Plans ------------------------------------------------------------------------------------------------------


def test_a_plan_is_read_with_all_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(GOOD)
    found = season.load("./plan.yaml", beside=tmp_path)
    assert found.environment_name == "kiosk"
    assert found.platform.name == "kiosk"
    assert found.written.data.size == 50
    assert found.written.load.peak == 12
    assert [(str(each), each.implied) for each in found.objectives] == [
        ("lost orders = 0", False),
        ("book p50 < 10s", False),
        ("errors < 1%", False),
        ("look errors < 1%", True),
    ]


def test_an_environment_may_have_a_name_of_its_own(tmp_path: Path) -> None:
    text = GOOD.replace("environment: {", "environment: {name: mine, ")
    (tmp_path / "plan.yaml").write_text(text)
    assert season.load("./plan.yaml", beside=tmp_path).environment_name == "mine"


@pytest.mark.parametrize("name", ["laptop", "capacity", "promo-shock", "host-loss"])
def test_the_seasons_that_come_with_the_project_are_sound(root: Path, name: str) -> None:
    assert season.load(name, beside=root).environment_name == name


def test_a_replay_of_recorded_times_is_the_loads_profile(tmp_path: Path) -> None:
    (tmp_path / "times.csv").write_text("at\n" + "".join(f"{1.7e9 + at}\n" for at in (0, 1, 1.5, 6)))
    (tmp_path / "plan.yaml").write_text(GOOD.replace("  seed: 7", "  replay: times.csv"))
    found = season.load("./plan.yaml", beside=tmp_path)
    assert found.written.load.shape == "replay"
    assert max(share for _, share in found.points) == 1


def test_a_plan_that_is_not_there_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        season.load("labtop", beside=tmp_path)
    assert "did you mean 'laptop'?" in (raised.value.hint or "")


def test_faults_of_one_node_one_after_the_other_are_fine(tmp_path: Path) -> None:
    lines = "  - {at: 1s, kill: till.any, for: 1s}\n  - {at: 4s, kill: till.any}\n"
    (tmp_path / "plan.yaml").write_text(f"{GOOD}timeline:\n{lines}")
    assert len(season.load("./plan.yaml", beside=tmp_path).faults) == 2
