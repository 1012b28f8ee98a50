"""What a machine can do of the faults, by what the probes of its capabilities say."""

from __future__ import annotations

import subprocess

import pytest

from environments.faults import FAULTS, abilities
from environments.faults.capabilities import CAPABILITIES, NETEM, NFQUEUE, NFTABLES, lacking, script


def test_a_capability_is_there_unless_its_probe_said_why_not() -> None:
    there = "".join(f"{name}\t\n" for name in CAPABILITIES)
    assert lacking(there) == {}
    assert lacking(there.replace("netem\t", "netem\tError: unknown")) == {NETEM: "Error: unknown"}


def test_what_the_probes_did_not_come_to_could_not_be_tried() -> None:
    assert set(lacking("noise\n")) == set(CAPABILITIES)


def test_each_probe_prints_a_line_even_where_its_tools_are_missing() -> None:
    both = script() + script(devices=True)
    said = subprocess.run(
        ["/bin/bash", "-c", both], capture_output=True, text=True, check=True, env={"PATH": "/nowhere"}
    ).stdout
    assert [line.split("\t")[0] for line in said.splitlines()] == list(CAPABILITIES)
    assert {NFTABLES, NETEM} <= lacking(said).keys()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_possible_where_one_of_its_ways_is(name: str) -> None:
    assert abilities.why_not(name, {}) == ""
    nothing = dict.fromkeys(CAPABILITIES, "no")
    assert bool(abilities.why_not(name, nothing)) == bool(FAULTS[name].lacks(frozenset()))


def test_why_a_fault_is_impossible_names_what_is_missing() -> None:
    assert abilities.why_not("latency", {NETEM: "no"}) == "", "there is another way"
    why = abilities.why_not("latency", {NETEM: "no", NFQUEUE: "no"})
    assert why.startswith("the kernel has no")
    assert "nftables" in abilities.why_not("partition", {NFTABLES: "no"})


def test_only_faults_that_need_something_make_the_machine_be_looked_at() -> None:
    assert not abilities.needs_a_look(frozenset({"kill", "stop"}))
    assert abilities.needs_a_look(frozenset({"kill", "partition"}))
