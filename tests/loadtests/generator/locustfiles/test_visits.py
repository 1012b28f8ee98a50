"""Whose doing a greenlet is: an arrival's, also in what it started; nobody's once the arrival is over."""

from __future__ import annotations

import pytest

from tests.loadtests.generator.programs import told

PROGRAM = """
import json, gevent
from gevent.pool import Pool
from loadtests.generator.locustfiles.visits import Origins, Seat, Visit

origins, told = Origins(), {}

def say(name):
    found = origins.here()
    whose = "nobody" if found.seat is None else found.seat.user
    told[name] = [whose, found.serving.due if found.serving else None, found.aside]

def serves(name):
    return lambda: (gevent.sleep(0.02), say(name))

def user(seat):
    with seat.put_aside():
        say("on_start")
        inner = Pool(1).spawn(say, "on_start's helper")
        inner.join()
        background = gevent.spawn(serves("background"))
    seat.visit = Visit(arrival=None, due=7)
    say("task")
    helper = Pool(2).spawn(say, "task's helper")
    helper.join()
    gevent.spawn(lambda: gevent.spawn(say, "helper's helper").join()).join()
    later = gevent.spawn_later(0.03, say, "after its arrival")
    seat.visit.over, seat.visit = True, None
    say("between")
    seat.visit = Visit(arrival=None, due=8)
    gevent.joinall([background, later])
    with seat.put_aside():
        say("on_stop")

seat = Seat(user="shopper", made=0)
greenlet = gevent.spawn(user, seat)
origins.follow(greenlet, seat)
say("elsewhere")
greenlet.get()
origins.close()
seat.age()
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def seen() -> dict[str, list[object]]:
    """For each greenlet: whose it is, when its arrival was due, and whether it is of on_start or on_stop."""
    found: dict[str, list[object]] = told(PROGRAM)
    return found


def test_a_task_and_all_that_it_starts_are_of_its_arrival(seen: dict[str, list[object]]) -> None:
    for name in ("task", "task's helper", "helper's helper"):
        assert seen[name] == ["shopper", 7, False], name


def test_on_start_and_on_stop_are_of_no_arrival(seen: dict[str, list[object]]) -> None:
    for name in ("on_start", "on_start's helper", "on_stop"):
        assert seen[name] == ["shopper", None, True], name


def test_what_on_start_left_running_is_of_no_arrival_though_one_runs(seen: dict[str, list[object]]) -> None:
    assert seen["background"] == ["shopper", None, False]


def test_what_comes_after_its_arrival_is_of_none_nor_of_the_next(seen: dict[str, list[object]]) -> None:
    assert seen["between"] == ["shopper", None, False]
    assert seen["after its arrival"] == ["shopper", None, False]


def test_what_no_user_started_is_nobodys(seen: dict[str, list[object]]) -> None:
    assert seen["elsewhere"] == ["nobody", None, False]
