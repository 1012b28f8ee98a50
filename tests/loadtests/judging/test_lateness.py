"""Arrivals are late by stretches of a hundred: one hiccup of a load is forgiven, a stall never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import slo
from loadtests.judging.lateness import ENOUGH, HICCUP, lateness, stretches
from loadtests.recording.histograms import Histogram
from tests.loadtests.made import MS, all_at

LIMIT = 0.005


def load(rate: int, seconds: int, late: dict[int, tuple[int, float]]) -> dict[int, Histogram]:
    """Delays of 1 ms, but for the seconds in `late`: so many of each with so many ms."""
    found = {}
    for second in range(seconds):
        number, delay = late.get(second, (0, 0.0))
        found[second] = all_at(1, rate - number)
        found[second].add(all_at(delay, number))
    return found


def test_seconds_with_enough_arrivals_stand_for_themselves() -> None:
    assert len(stretches(load(ENOUGH, 60, {}))) == 60
    once = lateness(load(ENOUGH, 100, {7: (2, 6)}), LIMIT)
    assert (once.stretches, once.late, once.on_time, once.hiccup) == (100, 1, True, False)
    assert once.worst == pytest.approx(0.006, rel=0.01)


@pytest.mark.parametrize("struck", [{7: (12, 31.0)}, {7: (60, 400.0), 8: (40, 150.0)}])
def test_one_hiccup_of_a_load_of_a_minute_is_forgiven(struck: dict[int, tuple[int, float]]) -> None:
    """Of 60 seconds none is one in a hundred. 12 or 100 late of 23,400: 234 lie beyond p99."""
    found = lateness(load(390, 60, struck), LIMIT, [slo.parse("order p99 < 500ms")])
    assert (found.late, found.on_time, found.hiccup) == (len(struck), True, True)


@pytest.mark.parametrize(
    "struck",
    [
        {7: (200, 400.0)},  # of 23,400: more than half of what lies beyond p99
        {7: (12, 31.0), 30: (12, 31.0)},  # twice
        {7: (12, HICCUP * 1000 + 100)},  # for longer than a hiccup takes
    ],
)
def test_a_stall_of_a_load_of_a_minute_is_told(struck: dict[int, tuple[int, float]]) -> None:
    assert not lateness(load(390, 60, struck), LIMIT, [slo.parse("order p99 < 500ms")]).on_time


def test_thin_seconds_are_taken_together_and_the_rest_goes_with_the_last() -> None:
    assert [each.total for each in stretches(load(30, 9, {}))] == [120, 150]
    assert [each.total for each in stretches(load(30, 2, {}))] == [60], "a short load is one stretch"
    assert stretches({}) == []


def test_single_late_arrivals_of_a_thin_load_do_not_matter() -> None:
    each = dict.fromkeys(range(0, 60, 10), (1, 40.0))
    found = lateness(load(20, 60, each), LIMIT)
    assert (found.late, found.on_time, found.hiccup) == (0, True, False)


@pytest.mark.parametrize("seconds", [12, 60])
def test_one_hiccup_of_a_thin_load_is_forgiven(seconds: int) -> None:
    """Four tenths of a second at 20/s: eight arrivals, in one second or on both sides of its end."""
    for late in ({5: (8, 400.0)}, {5: (5, 400.0), 6: (3, 200.0)}):
        found = lateness(load(20, seconds, late), LIMIT)
        assert found.on_time
        assert found.hiccup
        assert found.late == 1


@pytest.mark.parametrize(
    "late",
    [
        {5: (20, 400.0), 6: (20, 400.0), 7: (20, 400.0)},  # for three seconds
        {5: (8, HICCUP * 1000 + 100)},  # for longer than a hiccup takes
        {3: (8, 400.0), 30: (8, 400.0)},  # twice
        dict.fromkeys(range(60), (20, 7.0)),  # always a little
    ],
)
def test_a_generator_that_stalls_or_is_always_late_is_told(late: dict[int, tuple[int, float]]) -> None:
    assert not lateness(load(20, 60, late), LIMIT).on_time


def test_a_hiccup_that_moves_what_is_promised_is_not_forgiven() -> None:
    hiccup = load(20, 60, {5: (8, 400.0)})  # 8 of 1,200 late: 12 lie beyond p99, 120 beyond p90
    assert lateness(hiccup, LIMIT, [slo.parse("order p90 < 500ms"), slo.parse("errors < 1%")]).on_time
    assert not lateness(hiccup, LIMIT, [slo.parse("order p99 < 500ms")]).on_time


def test_a_hiccup_that_was_most_of_the_load_is_not_forgiven() -> None:
    assert not lateness(load(20, 3, {1: (20, 100.0)}), LIMIT).on_time
    assert not lateness(load(20, 1, {0: (20, 100.0)}), LIMIT).on_time


def test_a_load_of_nothing_is_not_on_time() -> None:
    assert not lateness({}, LIMIT).on_time


@given(st.lists(st.integers(min_value=1, max_value=300), min_size=1, max_size=40))
def test_no_arrival_is_left_out_of_the_stretches(totals: list[int]) -> None:
    found = stretches({second: all_at(1, total) for second, total in enumerate(totals)})
    assert sum(each.total for each in found) == sum(totals)
    assert all(each.total >= ENOUGH for each in found) or len(found) == 1


def test_what_was_seen_is_not_changed_by_looking_at_it() -> None:
    delays = load(30, 9, {3: (5, 50.0)})
    lateness(delays, LIMIT)
    assert sum(each.total for each in delays.values()) == 270
    assert delays[8].maximum < 2 * MS


# At the edges -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "late", "on_time"), [(99, 1, False), (100, 1, True), (199, 2, False), (200, 2, True)]
)
def test_one_stretch_in_a_hundred_may_be_late(seconds: int, late: int, *, on_time: bool) -> None:
    found = lateness(load(ENOUGH, seconds, {7 * (n + 1): (2, 900.0) for n in range(late)}), LIMIT)
    assert (found.late, found.stretches, found.on_time) == (late, seconds, on_time)


@pytest.mark.parametrize(("number", "late"), [(1, 0), (2, 1)])
def test_a_stretch_of_a_hundred_is_late_with_its_second_late_arrival(number: int, late: int) -> None:
    """Its p99 is that of the 99th: one is left out."""
    assert lateness(load(ENOUGH, 100, {7: (number, 900.0)}), LIMIT).late == late


@pytest.mark.parametrize(("delay", "late"), [(4.99, 0), (5.01, 60)])
def test_the_limit_is_what_is_borne(delay: float, late: int) -> None:
    found = lateness(load(ENOUGH, 60, dict.fromkeys(range(60), (ENOUGH, delay))), LIMIT)
    assert found.late == late
    assert found.worst == pytest.approx(delay / 1000, rel=0.002)


@pytest.mark.parametrize(("delay", "forgiven"), [(HICCUP * 1000 - 2, True), (HICCUP * 1000 + 2, False)])
def test_a_hiccup_takes_half_a_second_at_most(delay: float, *, forgiven: bool) -> None:
    assert lateness(load(20, 60, {5: (8, delay)}), LIMIT).on_time is forgiven


@pytest.mark.parametrize("second", [0, 1, 58, 59])
def test_a_hiccup_may_be_at_either_end_of_the_load(second: int) -> None:
    assert lateness(load(20, 60, {second: (8, 400.0)}), LIMIT).hiccup


@pytest.mark.parametrize(("late", "forgiven"), [((20, 4), True), ((20, 5), False)])
def test_a_hiccup_strikes_a_tenth_of_all_arrivals_at_most(late: tuple[int, int], *, forgiven: bool) -> None:
    """Of 240 arrivals 24 may be late, and without a promise no percentile is moved."""
    struck = {5: (late[0], 400.0), 6: (late[1], 300.0)}
    assert lateness(load(20, 12, struck), LIMIT).on_time is forgiven


@pytest.mark.parametrize(("late", "forgiven"), [(6, True), (7, False)])
def test_half_of_what_lies_beyond_a_promised_percentile_is_borne(late: int, *, forgiven: bool) -> None:
    """Of 1,200 arrivals 12 lie beyond p99."""
    promised = [slo.parse("look p50 < 1s"), slo.parse("order p99 < 500ms")]
    assert lateness(load(20, 60, {5: (late, 400.0)}), LIMIT, promised).on_time is forgiven


def test_a_promise_of_the_longest_forgives_no_hiccup() -> None:
    assert not lateness(load(20, 60, {5: (8, 400.0)}), LIMIT, [slo.parse("order p100 < 1s")]).on_time


@given(
    st.dictionaries(st.integers(0, 50), st.tuples(st.integers(1, 150), st.integers(0, 20)), min_size=1),
    st.floats(0.001, 0.03),
)
def test_a_load_is_never_later_where_more_is_borne(seconds: dict[int, tuple[int, int]], limit: float) -> None:
    delays = {second: all_at(ms, count) for second, (count, ms) in seconds.items()}
    strict, loose = lateness(delays, limit), lateness(delays, limit * 2)
    assert loose.late <= strict.late <= strict.stretches == loose.stretches
    assert strict.worst == loose.worst
    assert not strict.hiccup or strict.late
