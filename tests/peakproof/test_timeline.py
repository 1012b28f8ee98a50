"""The timeline: faults come at their time, all of them are ended, and what hit nothing did not happen."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest

from environments.containers.roles import Answer
from environments.faults.fault import Moment
from environments.faults.kill import KillOptions
from foundation.errors import Refused
from peakproof.targets import Planned
from peakproof.timeline import Timeline
from tests.environments.commanding import eventually

SECOND = 1_000_000_000
ASKED = 1  # ns


def kill(at: float, node: str = "api-1", lasting: float | None = None) -> Planned:
    written = {"at": f"{at:g}s", "kill": "api.any"} | ({"for": f"{lasting:g}s"} if lasting else {})
    return Planned(options=KillOptions.model_validate(written), nodes=(node,))


class Helper:
    """Stands for a fault: notes that it was applied and ended, says what it did."""

    def __init__(
        self, node: str, moments: Sequence[Moment], died_at: int | None, error: Refused | None
    ) -> None:
        self.applied = self.ended = 0
        self.answer: Answer | None = None
        self._node = node
        self.died_at = died_at
        self._moments, self._error = moments, error

    def apply(self) -> None:
        if self._error is not None:
            raise self._error
        self.applied += 1
        self.answer = Answer(role="api.any", node=self._node, at=ASKED)

    def end(self) -> None:
        self.ended += 1

    def discard(self) -> None:
        pass

    def moments(self) -> list[Moment]:
        return list(self._moments)


class Breaking:
    """Makes the faults ready, and notes which."""

    def __init__(
        self,
        moments: Sequence[Moment] = (),
        *,
        died_at: int | None = None,
        error: Refused | None = None,
    ) -> None:
        self.asked: list[Planned] = []
        self.helpers: list[Helper] = []
        self._moments, self._died_at, self._error = moments, died_at, error

    def __call__(self, planned: Planned) -> Helper:
        self.asked.append(planned)
        self.helpers.append(Helper(planned.node, self._moments, self._died_at, self._error))
        return self.helpers[-1]


class Watching:
    """Notes faults, and lets a test wait for them."""

    def __init__(self) -> None:
        self.seen: list[tuple[Planned, str]] = []
        self._changed = threading.Condition()

    def __call__(self, fault: Planned, node: str) -> None:
        with self._changed:
            self.seen.append((fault, node))
            self._changed.notify_all()

    def until(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.seen) >= count, timeout=10)


def timeline(faults: Sequence[Planned], environment: Breaking, watch: Watching) -> Timeline:
    return Timeline(faults, environment, watch)


def test_faults_are_put_in_force_and_all_are_ended() -> None:
    environment, watch = Breaking(), Watching()
    planned = [kill(0), kill(0.01, "api-2", 2.0)]
    running = timeline(planned, environment, watch)
    running.start(time.time_ns())
    watch.until(2)
    running.end()
    assert environment.asked == planned
    assert [node for _, node in watch.seen] == ["api-1", "api-2"]
    assert [(helper.applied, helper.ended) for helper in environment.helpers] == [(1, 1), (1, 1)]


def ran(environment: Breaking, zero: int) -> Timeline:
    """A timeline of one fault at the start, to its end."""
    watch = Watching()
    running = timeline([kill(0)], environment, watch)
    running.start(zero)
    watch.until(1)
    running.end()
    return running


def test_a_fault_whose_time_has_not_come_does_not_happen() -> None:
    environment, watch = Breaking([Moment(at=time.time_ns(), did="applied")]), Watching()
    running = timeline([kill(0), kill(3600)], environment, watch)
    running.start(time.time_ns())
    watch.until(1)
    running.end()
    assert [helper.applied for helper in environment.helpers] == [1, 0]
    assert [each.planned.at for each in running.happened()] == [0]
    assert [(each.planned.at, each.why) for each in running.missed()] == [
        (3600, "the load ended, or was ended, before it")
    ]


def test_a_timeline_that_never_started_ends() -> None:
    running = timeline([kill(0)], Breaking(), Watching())
    running.end()
    assert running.happened() == []


def test_the_helper_s_own_times_count_from_the_start_of_the_load() -> None:
    zero = time.time_ns()
    moments = [Moment(at=zero + 30 * SECOND, did="applied"), Moment(at=zero + 45 * SECOND, did="undone")]
    (happened,) = ran(Breaking(moments), zero).happened()
    assert (happened.at, happened.until, happened.cut) == (30.0, 45.0, "")
    assert happened.node == "api-1"
    assert happened.asked == (ASKED - zero) / SECOND, "when it was asked who has the role is evidence"


def test_a_fault_that_was_not_undone_has_no_end() -> None:
    zero = time.time_ns()
    running = ran(Breaking([Moment(at=zero, did="applied")]), zero)
    assert running.happened()[0].until is None


def test_a_fault_whose_helper_died_ended_when_it_died() -> None:
    zero = time.time_ns()
    died = Breaking([Moment(at=zero, did="applied")], died_at=zero + 2 * SECOND)
    (happened,) = ran(died, zero).happened()
    assert (happened.until, happened.cut) == (2.0, "its helper died")


@pytest.mark.parametrize(
    ("moments", "why"),
    [
        ([Moment(at=1, did="missed", why="it was not running")], "it was not running"),
        ([], "its helper said nothing"),
    ],
)
def test_a_fault_that_hit_nothing_did_not_happen(moments: list[Moment], why: str) -> None:
    running = ran(Breaking(moments), time.time_ns())
    assert running.happened() == []
    assert [each.why for each in running.missed()] == [why]


def test_a_fault_that_docker_refuses_does_not_keep_the_next_from_its_time() -> None:
    environment = Breaking(error=Refused("not a node of ours"))
    running = timeline([kill(0), kill(0.01, "api-2")], environment, Watching())
    running.start(time.time_ns())

    def refused() -> list[str]:
        return [each.why for each in running.missed()]

    eventually(lambda: refused() == ["not a node of ours"] * 2, within=10, what="both were tried")
    running.end()
    assert running.happened() == []
