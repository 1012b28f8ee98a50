"""Which nodes a timeline hits: the seed picks them, and faults of one node come one after the other."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from environments.faults import AnyFault
from environments.faults.kind import FaultOptions
from environments.nodes import TcpProbe
from environments.topology import Role
from peakproof.targets import Planned, overlaps, planned

ROLES = {
    "api.any": Role(name="api.any", candidates=("api-1", "api-2", "api-3")),
    "api-1": Role(name="api-1", candidates=("api-1",)),
    "database.leader": Role(name="database.leader", candidates=("database-1",), holds=TcpProbe(port=1)),
    "pair.leader": Role(name="pair.leader", candidates=("pair-1", "pair-2"), holds=TcpProbe(port=1)),
}
LINE: TypeAdapter[FaultOptions] = TypeAdapter(AnyFault)


def line(at: str, target: str, lasting: str | None = None, fault: str = "kill") -> FaultOptions:
    return LINE.validate_python({"at": at, fault: target} | ({"for": lasting} if lasting else {}))


def chosen(written: list[FaultOptions], seed: int = 7) -> list[Planned]:
    return planned(written, ROLES.get, seed)


@given(st.integers(), st.lists(st.sampled_from(sorted(ROLES)), max_size=6))
def test_the_same_seed_hits_the_same_nodes_and_only_nodes_of_the_role(seed: int, roles: list[str]) -> None:
    written = [line(f"{number}s", role) for number, role in enumerate(roles)]
    faults = chosen(written, seed)
    assert faults == chosen(written, seed)
    assert all({*each.nodes} <= {*ROLES[each.target].candidates} for each in faults)


def test_another_seed_may_hit_another_node() -> None:
    hit = {chosen([line("1s", "api.any")], seed)[0].node for seed in range(40)}
    assert hit == set(ROLES["api.any"].candidates)


def test_of_a_role_that_is_asked_for_every_candidate_may_be_hit() -> None:
    (fault,) = chosen([line("1s", "pair.leader")])
    assert (fault.nodes, fault.node) == (("pair-1", "pair-2"), "pair.leader")


def test_two_faults_of_one_role_are_drawn_on_their_own() -> None:
    pairs = {
        tuple(each.node for each in chosen([line("1s", "api.any"), line("2s", "api.any")], seed))
        for seed in range(60)
    }
    assert len(pairs) > len(ROLES["api.any"].candidates)


def test_faults_happen_in_the_order_of_their_times() -> None:
    written = [line("20s", "api.any", "3s"), line("5s", "database.leader")]
    assert [(each.at, each.end) for each in chosen(written)] == [(5.0, math.inf), (20.0, 23.0)]


def test_a_fault_overlaps_with_the_one_that_holds_its_node_longest() -> None:
    written = [
        line("0s", "database.leader", "9s"),
        line("1s", "database.leader", "2s"),
        line("5s", "database.leader", "1s"),
        line("10s", "database.leader", "1s"),
    ]
    found = [(later.line, earlier.line) for later, earlier in overlaps(chosen(written))]
    assert found == [(1, 0), (2, 0)]


@given(st.integers(), st.permutations([0, 20, 40]))
def test_faults_that_end_before_the_next_comes_never_overlap(seed: int, starts: list[int]) -> None:
    written = [line(f"{at}s", "api.any", "19s") for at in starts]
    assert list(overlaps(chosen(written, seed))) == []


@pytest.mark.parametrize(
    ("earlier", "later", "collide"),
    [
        (("kill", "api-1"), ("pause", "api-1"), True),
        (("stop", "api-1"), ("kill", "api-1"), True),
        (("kill", "database.leader"), ("kill", "database.leader"), True),
        (("kill", "pair.leader"), ("kill", "pair.leader"), False),
        (("kill", "api-1"), ("kill", "database.leader"), False),
    ],
)
def test_two_faults_collide_that_hold_the_same_of_a_node_for_certain(
    earlier: tuple[str, str], later: tuple[str, str], collide: bool
) -> None:
    written = [line("0s", earlier[1], "9s", earlier[0]), line("5s", later[1], "9s", later[0])]
    assert bool(list(overlaps(chosen(written)))) == collide
