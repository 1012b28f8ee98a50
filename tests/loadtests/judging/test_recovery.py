"""Recovery: from the fault to the first five good seconds."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests.judging.recovery import Health, recovery


def health(
    failed: dict[int, int] | None = None,
    slow: dict[int, int] | None = None,
    ended: dict[int, int] | None = None,
    rate: int = 60,
) -> dict[int, Health]:
    """A minute in which all went well but for what is given by second."""
    return {
        second: Health(
            journeys=rate,
            failed=(failed or {}).get(second, 0),
            slow=(slow or {}).get(second, 0),
            ended=(ended or {}).get(second, rate),
        )
        for second in range(60)
    }


def test_a_platform_that_took_no_harm_recovers_at_once() -> None:
    assert recovery(health(), 30.4, 60) == 0.0


def test_recovery_lasts_until_journeys_stop_failing() -> None:
    assert recovery(health(failed={31: 5, 33: 1}), 30.4, 60) == pytest.approx(3.6)


def test_a_good_second_between_bad_ones_is_no_recovery() -> None:
    assert recovery(health(failed={31: 5, 36: 1}), 30.0, 60) == pytest.approx(7.0)


def test_one_in_twenty_may_be_slow() -> None:
    assert recovery(health(slow={31: 15}), 30.0, 60) == 0.0
    assert recovery(health(slow={31: 16}), 30.0, 60) == pytest.approx(2.0)


def test_one_slow_journey_is_always_allowed() -> None:
    quiet = {second: Health(journeys=1, failed=0, slow=int(second == 32), ended=1) for second in range(60)}
    assert recovery(quiet, 30.0, 60) == 0.0


def test_without_five_good_seconds_before_the_end_there_is_no_recovery() -> None:
    assert recovery(health(failed={56: 1}), 52.0, 60) is None


@pytest.mark.parametrize("rate", [5, 20, 60, 1000])
def test_while_nothing_ends_there_is_no_recovery_though_nothing_fails_and_nothing_is_slow(rate: int) -> None:
    """A limit of 5 s, a node that is down for 7 s: who came last waits for less than the limit."""
    down = dict.fromkeys(range(10, 17), 0) | {17: 8 * rate}
    assert recovery(health(ended=down, rate=rate), 10.0, 60) == pytest.approx(7, abs=1)


@settings(max_examples=30)
@given(st.integers(1, 200), st.floats(0, 3), st.integers(0, 2**32))
def test_a_platform_that_answers_everybody_within_seconds_has_recovered_within_seconds(
    rate: int, takes: float, seed: int
) -> None:
    """Arrivals by chance, each ended a while later: chance alone is no outage."""
    draw = random.Random(seed)
    due = [draw.random() * 30 for _ in range(rate * 30)]
    wanted, ended = Counter(int(at) for at in due), Counter(int(at + takes) for at in due)
    seconds = {
        second: Health(journeys=wanted[second], failed=0, slow=0, ended=ended[second]) for second in range(30)
    }
    found = recovery(seconds, 10.0, 30)
    assert found is not None
    assert found <= 5


def test_what_ends_a_little_later_than_it_is_due_is_no_lack_of_throughput() -> None:
    late = {29: 48, 30: 49, 31: 71, 32: 47, 33: 73, 34: 49}
    assert recovery(health(ended=late), 30.0, 60) == 0.0


def test_those_whom_the_platform_refuses_are_answered_too() -> None:
    refused = {second: Health(journeys=60, failed=0, slow=0, ended=30, refused=30) for second in range(60)}
    assert recovery(refused, 30.0, 60) == 0.0


def test_five_seconds_in_which_nothing_was_due_show_nothing() -> None:
    """One journey in ten seconds, and a platform that is down for half a minute."""
    due = {2, 12, 22, 32, 42, 52}
    thin = {
        second: Health(
            journeys=int(second in due), failed=int(second in due and 10 <= second < 40), slow=0,
            ended=int(second in due and not 10 <= second < 40),
        )
        for second in range(60)
    }  # fmt: skip
    assert recovery(thin, 10.0, 60) == 28, "the first window with the journey of second 42"
    assert recovery({}, 10.0, 60) is None


def test_the_last_window_ends_with_the_load() -> None:
    assert recovery(health(failed={54: 1}), 54.0, 60) == 1.0
    assert recovery(health(failed={55: 1}), 54.0, 60) is None
    assert recovery(health(), 55.0, 60) == 0.0
    assert recovery(health(), 56.0, 60) is None
    assert recovery(health(), 55.9, 60) == 0.0, "a window takes the whole second of its fault"


def test_a_burst_may_end_over_the_seconds_after_it() -> None:
    """What all at once was due ends at the pace of the others: no second is short of the mean."""
    burst = {
        second: Health(journeys=300 if second % 5 == 0 else 0, failed=0, slow=0, ended=60)
        for second in range(60)
    }
    assert recovery(burst, 30.0, 60) == 0.0


@pytest.mark.parametrize(("ended", "found"), [(3800, 0.0), (3750, 5.0)])
def test_of_many_one_in_twenty_may_be_missing(ended: int, found: float) -> None:
    missing = dict.fromkeys(range(26, 35), ended)
    assert recovery(health(ended=missing, rate=4000), 30.0, 60) == found


@pytest.mark.parametrize(("ended", "found"), [(77, 0.0), (76, 0.0), (69, 1.0)])
def test_of_a_hundred_thirty_may_be_missing_by_chance_in_one_second(ended: int, found: float) -> None:
    assert recovery(health(ended={30: ended}, rate=100), 30.0, 60) == found


def test_seconds_of_which_nothing_is_known_are_no_failures() -> None:
    known = {second: found for second, found in health().items() if second not in (31, 33)}
    assert recovery(known, 30.0, 60) == 0.0


def test_a_lack_at_the_end_of_a_window_counts_as_one_at_its_beginning() -> None:
    """What befalls the platform a little after the fault was noted is no recovery before it."""
    down = dict.fromkeys(range(33, 40), 0) | {40: 8 * 60}
    assert recovery(health(ended=down), 30.0, 60) == 10.0
    assert recovery(health(ended={34: 0, 35: 120}), 30.0, 60) == 5.0
