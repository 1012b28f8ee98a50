"""The timeline: the seed picks the nodes, faults come at their time, and all of them are ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.environment import Environment
from foundation.errors import Refused
from peakproof.plan import FaultInput
from peakproof.timeline import Planned, Timeline, planned

SECOND = 1_000_000_000
ROLES = {"api.any": ("api-1", "api-2", "api-3"), "database.leader": ("database-1",)}


def line(at: str, role: str, lasting: str | None = None) -> FaultInput:
    written = {"at": at, "kill": role} | ({"for": lasting} if lasting else {})
    return FaultInput.model_validate(written)


def kill(at: float, node: str = "api-1", lasting: float | None = None) -> Planned:
    return Planned(fault="kill", role="api.any", node=node, at=at, lasting=lasting)


class Helper:
    """Stands for a fault's helper: notes that it was applied and ended, says what it did."""

    def __init__(self, moments: Sequence[tuple[int, str]], error: Refused | None) -> None:
        self.applied = self.ended = 0
        self._moments, self._error = moments, error

    def apply(self) -> None:
        if self._error is not None:
            raise self._error
        self.applied += 1

    def end(self) -> None:
        self.ended += 1

    def moments(self) -> Iterator[tuple[int, str]]:
        yield from self._moments


class Breaking:
    """Stands for an environment: makes the helpers of faults, and notes for what."""

    def __init__(self, moments: Sequence[tuple[int, str]] = (), error: Refused | None = None) -> None:
        self.asked: list[tuple[str, str, float | None]] = []
        self.helpers: list[Helper] = []
        self._moments, self._error = moments, error

    def fault(self, fault: str, node: str, seconds: float | None) -> Helper:
        self.asked.append((fault, node, seconds))
        self.helpers.append(Helper(self._moments, self._error))
        return self.helpers[-1]


class Watching:
    """Notes faults, and lets a test wait for them."""

    def __init__(self) -> None:
        self.seen: list[Planned] = []
        self._changed = threading.Condition()

    def __call__(self, fault: Planned) -> None:
        with self._changed:
            self.seen.append(fault)
            self._changed.notify_all()

    def until(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.seen) >= count, timeout=10)


def timeline(faults: Sequence[Planned], environment: Breaking, watch: Watching) -> Timeline:
    return Timeline(faults, cast(Environment, environment), watch)


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


def test_faults_are_put_in_force_and_all_are_ended() -> None:
    environment, watch = Breaking(), Watching()
    running = timeline([kill(0), kill(0.01, "api-2", 2.0)], environment, watch)
    running.start(time.time_ns())
    watch.until(2)
    running.end()
    assert environment.asked == [("kill", "api-1", None), ("kill", "api-2", 2.0)]
    assert [(helper.applied, helper.ended) for helper in environment.helpers] == [(1, 1), (1, 1)]


def test_a_fault_whose_time_has_not_come_does_not_happen() -> None:
    environment, watch = Breaking(), Watching()
    running = timeline([kill(0), kill(3600)], environment, watch)
    running.start(time.time_ns())
    watch.until(1)
    running.end()
    assert [helper.applied for helper in environment.helpers] == [1, 0]
    assert len(running.happened()) == 1


def test_a_timeline_that_never_started_ends() -> None:
    running = timeline([kill(0)], Breaking(), Watching())
    running.end()
    assert running.happened() == []


def test_the_helper_s_own_times_count_from_the_start_of_the_load() -> None:
    zero = time.time_ns()
    moments = [(zero + 30 * SECOND, "applied"), (zero + 45 * SECOND, "undone")]
    watch = Watching()
    running = timeline([kill(0)], Breaking(moments), watch)
    running.start(zero)
    watch.until(1)
    running.end()
    (happened,) = running.happened()
    assert (happened.at, happened.until) == (30.0, 45.0)


def test_a_fault_that_was_not_undone_has_no_end() -> None:
    watch, zero = Watching(), time.time_ns()
    running = timeline([kill(0)], Breaking([(zero, "applied")]), watch)
    running.start(zero)
    watch.until(1)
    running.end()
    assert running.happened()[0].until is None


def test_a_fault_that_is_refused_is_told_at_the_end() -> None:
    running = timeline([kill(0)], Breaking(error=Refused("not a node of ours")), Watching())
    running.start(time.time_ns())
    with pytest.raises(Refused, match="not a node of ours"):
        running.end()
