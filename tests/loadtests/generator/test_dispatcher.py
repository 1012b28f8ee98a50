"""Arrivals are given in their order, never early, each counted once; late ones let the others breathe."""

from __future__ import annotations

from typing import Any

import pytest

from tests.loadtests.generator.programs import told

PROGRAM = """
import json, tempfile
from dataclasses import asdict
from pathlib import Path
from time import monotonic_ns
import gevent
from loadtests.planning.arrivals import Arrival
from loadtests.generator.dispatcher import dispatch
from loadtests.generator.recorder import Recorder

MS = 1_000_000

class Pool:
    def __init__(self, full):
        self.full, self.given, self.early, self.breaths = full, [], 0, 0
        self.breathing = gevent.spawn(self.breathe)
    def breathe(self):
        while True:
            self.breaths += 1
            gevent.sleep(0)
    def give(self, arrival, due):
        self.early += monotonic_ns() < due - 5 * MS  # timers know a few milliseconds
        self.given.append([arrival.index, due, self.breaths])
        return arrival.index not in self.full

def dispatched(offsets, full=(), last=None):
    recorder = Recorder(Path(tempfile.mkdtemp()), give_way=lambda _: None)
    pool, started = Pool(full), monotonic_ns()
    recorder.started = started
    arrivals = [
        Arrival(index=n, journey="order" if n % 3 else "look", number=n, offset=at)
        for n, at in enumerate(offsets)
    ]
    dispatch(arrivals, pool, recorder, started, lambda: last is not None and len(pool.given) > last)
    pool.breathing.kill()
    counted = {
        f"{journey} {second}": asdict(found)
        for second, by_journey in recorder._counters.items() for journey, found in by_journey.items()
    }
    return {
        "order": [index for index, _, _ in pool.given], "early": pool.early, "counted": counted,
        "due": [due - started for _, due, _ in pool.given],
        "breaths": [breaths for _, _, breaths in pool.given],
    }

print(json.dumps({
    "to come": dispatched([at * MS for at in range(0, 60, 3)]),
    "late": dispatched([0] * 100),
    "full": dispatched([0] * 9, full={0, 4, 5}),
    "stopped": dispatched([0] * 9, last=4),
    "over": dispatched([0] * 9, last=-1),
    "nothing": dispatched([]),
}))
"""


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    dispatched: dict[str, Any] = told(PROGRAM)
    return dispatched


def total(dispatched: dict[str, Any], name: str) -> int:
    return sum(each[name] for each in dispatched["counted"].values())


def test_each_is_given_when_it_is_due_in_its_order_and_never_early(found: dict[str, Any]) -> None:
    assert found["to come"]["order"] == list(range(20))
    assert found["to come"]["due"] == [at * 1_000_000 for at in range(0, 60, 3)]
    assert found["to come"]["early"] == 0


def test_whoever_waits_for_the_next_arrival_leaves_the_others_their_time(found: dict[str, Any]) -> None:
    assert found["to come"]["breaths"][-1] > found["to come"]["breaths"][0]


def test_late_arrivals_come_in_one_go_and_after_so_many_the_others_get_their_turn(
    found: dict[str, Any],
) -> None:
    breaths = found["late"]["breaths"]
    assert breaths[0] == breaths[31] < breaths[32] == breaths[63] < breaths[64] == breaths[95] < breaths[96]


def test_what_a_full_pool_turns_away_is_counted_apart(found: dict[str, Any]) -> None:
    full = found["full"]
    assert [total(full, name) for name in ("wanted", "dispatched", "turned_away")] == [9, 6, 3]
    assert full["counted"]["look 0"]["wanted"] == 3
    assert full["counted"]["look 0"]["turned_away"] == 1, "the first of three; 4 and 5 are orders"


@pytest.mark.parametrize(("name", "given"), [("stopped", 5), ("over", 0), ("nothing", 0)])
def test_what_was_not_given_was_not_wanted_either(found: dict[str, Any], name: str, given: int) -> None:
    assert found[name]["order"] == list(range(given))
    assert total(found[name], "wanted") == total(found[name], "dispatched") == given
