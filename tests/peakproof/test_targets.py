"""Which nodes a timeline hits: the seed picks them, and faults of one node come one after the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from peakproof.plan import FaultInput
from peakproof.targets import overlaps, planned

ROLES = {"api.any": ("api-1", "api-2", "api-3"), "database.leader": ("database-1",)}


def line(at: str, role: str, lasting: str | None = None) -> FaultInput:
    written = {"at": at, "kill": role} | ({"for": lasting} if lasting else {})
    return FaultInput.model_validate(written)


@given(st.integers(), st.lists(st.sampled_from(sorted(ROLES)), max_size=6))
def test_the_same_seed_hits_the_same_nodes_and_only_nodes_of_the_role(seed: int, roles: list[str]) -> None:
    written = [line(f"{number}s", role) for number, role in enumerate(roles)]
    chosen = planned(written, ROLES, seed)
    assert chosen == planned(written, ROLES, seed)
    assert all(each.node in ROLES[each.role] for each in chosen)


def test_another_seed_may_hit_another_node() -> None:
    hit = {planned([line("1s", "api.any")], ROLES, seed)[0].node for seed in range(40)}
    assert hit == set(ROLES["api.any"])


def test_two_faults_of_one_role_are_drawn_on_their_own() -> None:
    pairs = {
        tuple(each.node for each in planned([line("1s", "api.any"), line("2s", "api.any")], ROLES, seed))
        for seed in range(60)
    }
    assert len(pairs) > len(ROLES["api.any"])


def test_faults_happen_in_the_order_of_their_times() -> None:
    written = [line("20s", "api.any", "3s"), line("5s", "database.leader")]
    assert [(each.at, each.lasting) for each in planned(written, ROLES, 7)] == [(5.0, None), (20.0, 3.0)]


def test_a_fault_overlaps_with_the_one_that_holds_its_node_longest() -> None:
    written = [
        line("0s", "database.leader", "9s"),
        line("1s", "database.leader", "2s"),
        line("5s", "database.leader", "1s"),
        line("10s", "database.leader", "1s"),
    ]
    found = [(later.line, earlier.line) for later, earlier in overlaps(planned(written, ROLES, 7))]
    assert found == [(1, 0), (2, 0)]


@given(st.integers(), st.permutations([0, 20, 40]))
def test_faults_that_end_before_the_next_comes_never_overlap(seed: int, starts: list[int]) -> None:
    written = [line(f"{at}s", "api.any", "19s") for at in starts]
    assert list(overlaps(planned(written, ROLES, seed))) == []
