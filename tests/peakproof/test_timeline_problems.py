"""What is wrong with a timeline: targets, options, faults that collide, what the machine cannot do."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.faults.capabilities import NFTABLES
from foundation.errors import InputError, Unavailable
from peakproof import season
from peakproof.season import Season
from tests.peakproof.telling import GOOD, line_of, told


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{at: 2s, kil: till.any}", ["unknown fault 'kil'", "did you mean 'kill'?"]),
        ("{at: 2s}", ["exactly one fault per line"]),
        ("{at: 2s, kill: till.any, pause: till.any}", ["exactly one fault per line"]),
        ("{at: soon, kill: till.any}", ["timeline.0.at"]),
        ("{at: 2s, kill: til.any}", ["no role or node 'til.any'", "did you mean 'till.any'?"]),
        ("{at: 6s, kill: till.any}", ["kill at 6.0 s comes after the load has ended, at 6.0 s"]),
        ("{kill: till.any}", ["'timeline.0.at' is missing"]),
        ("{at: 1s, kill: till.any, for: 0s}", ["timeline.0.for"]),
        ("{at: 1s, kill: [till.any]}", ["timeline.0"]),
        ("{at: 1s, kill: tables.any}", ["tables.any: its nodes run once and are done before the load"]),
        ("{at: 1s, kill: door-1}", ["the door is no target"]),
        ("{at: 1s, latency: till-1}", ["'timeline.0.by' is missing"]),
        ("{at: 1s, latency: till-1, by: 5m}", ["'timeline.0.by'", "between 1ms and a minute"]),
        ("{at: 1s, pause: till-1, grace: 5s}", ["unknown key 'timeline.0.grace'"]),
        ("{at: 1s, partition: till-1, from: stor}", ["no service or node 'stor'", "did you mean 'store'?"]),
    ],
)
def test_a_wrong_fault_is_told_with_its_line(tmp_path: Path, line: str, expected: list[str]) -> None:
    text = f"{GOOD}timeline:\n  - {line}\n"
    said = told(tmp_path, text)
    assert f"plan.yaml:{line_of(text, line)}: " in said
    assert all(part in said for part in expected), said


@pytest.mark.parametrize(
    ("first", "second", "until"),
    [
        ("{at: 1s, kill: till.any, for: 2s}", "{at: 2s, kill: till.any, for: 1s}", "3.0 s"),
        ("{at: 1s, kill: till.any, for: 2s}", "{at: 3s, kill: till.any}", "3.0 s"),
        ("{at: 1s, kill: till.any}", "{at: 5s, kill: till.any}", "the drain"),
    ],
    ids=["within", "at its very end", "of one without an end"],
)
def test_a_fault_of_a_node_that_another_one_still_holds_is_refused(
    tmp_path: Path, first: str, second: str, until: str
) -> None:
    text = f"{GOOD}timeline:\n  - {second}\n  - {first}\n"
    said = told(tmp_path, text)
    assert f"plan.yaml:{line_of(text, second)}: kill at" in said
    assert f"hits till-1 again, which kill at 1.0 s holds until {until}" in said


@pytest.mark.parametrize(
    ("second", "collide"),
    [("pause: till-1", True), ("stop: till-1", True), ("partition: till-1", True), ("pause: store-1", False)],
)
def test_faults_of_one_node_that_hold_the_same_are_refused_and_others_are_not(
    tmp_path: Path, second: str, collide: bool
) -> None:
    text = f"{GOOD}timeline:\n  - {{at: 1s, kill: till-1, for: 2s}}\n  - {{at: 2s, {second}, for: 1s}}\n"
    if collide:
        assert "hits till-1 again, which kill at 1.0 s holds until 3.0 s" in told(tmp_path, text)
    else:
        (tmp_path / "plan.yaml").write_text(text)
        assert len(season.load("./plan.yaml", beside=tmp_path).faults) == 2


CUT = "{at: 2s, partition: till-1, for: 1s}"


def no_nftables(_season: Season) -> dict[str, str]:
    return {NFTABLES: "no"}


def test_a_fault_that_the_machine_cannot_do_is_told_with_its_line_before_anything_is_made(
    tmp_path: Path,
) -> None:
    text = f"{GOOD}timeline:\n  - {CUT}\n"
    (tmp_path / "plan.yaml").write_text(text)
    with pytest.raises(Unavailable) as raised:
        season.load("./plan.yaml", beside=tmp_path, lacking=no_nftables)
    (line,) = raised.value.detail
    assert f"plan.yaml:{line_of(text, CUT)}: this machine cannot do partition: the kernel has no" in line
    assert season.load("./plan.yaml", beside=tmp_path).faults, "where nothing is known nothing is refused"


def test_faults_that_collide_are_told_beside_a_target_that_is_not_there(tmp_path: Path) -> None:
    lines = [
        "{at: 1s, latency: till-1, by: 1s}",
        "{at: 2s, bandwidth: till-1, to: 1mbit}",
        "{at: 1s, kill: x}",
    ]
    said = told(tmp_path, f"{GOOD}timeline: [{', '.join(lines)}]\n")
    assert "bandwidth at 2.0 s hits till-1 again, which latency at 1.0 s holds until the drain" in said
    assert "no role or node 'x'" in said


def test_what_the_machine_cannot_do_is_told_together_with_what_else_is_wrong(tmp_path: Path) -> None:
    text = f"{GOOD}timeline:\n  - {CUT}\n  - {{at: 1s, kill: til.any}}\n"
    (tmp_path / "plan.yaml").write_text(text)
    with pytest.raises(InputError) as raised:
        season.load("./plan.yaml", beside=tmp_path, lacking=no_nftables)
    assert [each.what.partition(":")[0] for each in raised.value.problems] == [
        "no role or node 'til.any' in the environment",
        "this machine cannot do partition",
    ]


BOX = """\
site: box
hosts:
  left: {docker: ssh://ops@left, address: 192.0.2.1}
  right: {docker: ssh://ops@right, address: 192.0.2.2}
subnets: 10.240.0.0/16
"""


def on_two_hosts(folder: Path, line: str) -> str:
    """The plan on a site of two hosts, with this fault."""
    (folder / "box.yaml").write_text(BOX)
    return f"{GOOD.replace('environment: {', 'environment: {site: ./box.yaml, ')}timeline:\n  - {line}\n"


@pytest.mark.parametrize("target", ["host.2", "right"])
def test_a_host_of_the_site_is_a_target(tmp_path: Path, target: str) -> None:
    (tmp_path / "plan.yaml").write_text(on_two_hosts(tmp_path, f"{{at: 2s, kill: {target}, for: 1s}}"))
    loaded = season.load("./plan.yaml", beside=tmp_path)
    (planned,) = loaded.faults
    assert (planned.node, planned.on_host(loaded.topology)) == ("right", True)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{at: 2s, kill: host.3}", ["host.3: the site box has 2 hosts: left, right"]),
        ("{at: 2s, pause: host.1}", ["pause befalls nodes, not hosts; a host can be hit by kill"]),
    ],
)
def test_a_host_that_is_not_there_or_a_fault_that_is_not_for_one_is_told(
    tmp_path: Path, line: str, expected: list[str]
) -> None:
    text = on_two_hosts(tmp_path, line)
    said = told(tmp_path, text)
    assert f"plan.yaml:{line_of(text, line)}: " in said
    assert all(part in said for part in expected), said


def test_home_is_never_a_target(tmp_path: Path) -> None:
    for target in ("host.1", "local"):
        said = told(tmp_path, f"{GOOD}timeline:\n  - {{at: 2s, kill: {target}}}\n")
        assert f"{target}: the site laptop is home" in said
