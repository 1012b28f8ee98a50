"""What is in flight: each arrival counts from its start to its end, in whatever way it ended."""

from __future__ import annotations

from loadtests.judging.in_flight import in_flight
from loadtests.judging.measurements import Measurements
from loadtests.recording.counters import Counters
from tests.loadtests import made


def counted(*seconds: Counters) -> Measurements:
    return made.measurements(counters=dict(enumerate(seconds)))


def ended(number: int, **more: int) -> Counters:
    return Counters(wanted=10, dispatched=10, done=10, ended=number, **more)


def test_in_flight_is_what_arrived_and_has_not_ended() -> None:
    assert in_flight(counted(ended(4), ended(7), ended(19)))[:4] == [6, 9, 0, 0]


def test_an_end_counts_once_however_it_came() -> None:
    every = ended(10, refused=3, failed=2, errors=2, shed=1, completed=4)
    assert set(in_flight(counted(every, every))) == {0.0}


def test_what_was_turned_away_never_was_in_flight() -> None:
    full = Counters(wanted=10, dispatched=6, turned_away=4, done=6, ended=6)
    assert in_flight(counted(full))[0] == 0


def test_one_journey_can_be_asked_for() -> None:
    assert in_flight(counted(ended(4)), "order")[0] == 6
    assert in_flight(counted(ended(4)), "look") == [0.0] * 60
