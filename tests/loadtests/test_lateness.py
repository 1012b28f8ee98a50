"""Arrivals are late by stretches of a hundred: one hiccup of a thin load is forgiven, a stall never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import slo
from loadtests.histograms import Histogram
from loadtests.lateness import ENOUGH, HICCUP, lateness, stretches
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
    assert not lateness(load(ENOUGH, 60, {7: (2, 6)}), LIMIT).on_time, "no thin second: one of 60 is too many"


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
