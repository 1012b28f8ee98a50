"""Objectives about what happens after the answer, against delays and ages that are known."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.slo import parse
from foundation.verdict import Finding
from peakproof.asynchronous import Delay, Waiting, evaluate, percentile
from peakproof.delays import delay

NAME = "accepted->erp"


def finding(text: str, seen: Waiting, *faults: float) -> Finding:
    (found,) = evaluate([parse(text), parse("errors < 1%"), parse("lost orders = 0")], seen, faults)
    return found


def orders(*seconds: float | None, lag: tuple[float, ...] = ()) -> Waiting:
    """An order each second."""
    delays = tuple(Delay(at=at + 0.5, seconds=value) for at, value in enumerate(seconds))
    return Waiting(
        delays={NAME: delays}, gauges={"outbox lag": [(at, value) for at, value in enumerate(lag)]}
    )


def test_a_delay_below_its_limit_holds() -> None:
    found = finding(f"{NAME} p99 < 2s", orders(*[1.0] * 60))
    assert (found.holds, found.observed, found.reason) == (True, "1 s", "of 60")


def test_orders_that_never_arrive_break_the_percentile_they_reach() -> None:
    seen = orders(*[1.0] * 98, None, None)
    assert finding(f"{NAME} p98 < 2s", seen).holds
    found = finding(f"{NAME} p99 < 2s", seen)
    assert (found.holds, found.observed, found.reason) == (False, "never", "of 100, 2 never")


def test_a_faults_window_is_left_out_and_its_own_figure_shown() -> None:
    seen = orders(*[9.0 if 30 <= at < 40 else 1.0 for at in range(60)])
    assert not finding(f"{NAME} p99 < 2s", seen, 30.0).holds
    found = finding(f"{NAME} p99 < 2s outside faults+10s", seen, 30.0)
    assert (found.holds, found.reason) == (True, "of 50; within faults+10s: 9 s")


def test_the_age_of_what_waits_is_the_longest_that_was_seen() -> None:
    seen = orders(lag=(0.1, 3.0, 0.2))
    found = finding("outbox lag < 2s", seen)
    assert (found.holds, found.observed, found.reason) == (False, "3 s", "the longest of 3 samples")
    assert finding("outbox lag < 2s outside faults", seen, 1.0).holds is False  # a fault without a length
    assert finding("outbox lag < 2s outside faults+1s", seen, 1.0).holds


@pytest.mark.parametrize("text", [f"{NAME} p99 < 2s", "queue age < 5s"])
def test_nothing_measured_is_not_nothing_waited(text: str) -> None:
    found = finding(text, Waiting(delays={}, gauges={}))
    assert (found.holds, found.observed) == (False, "nothing measured")


@given(st.lists(st.floats(0, 100), min_size=1), st.floats(1, 100))
def test_a_percentile_is_the_least_that_so_many_do_not_exceed(values: list[float], quantile: float) -> None:
    found = percentile([Delay(at=0, seconds=value) for value in values], quantile)
    assert found in values
    below = sum(value <= found for value in values) / len(values)
    assert below >= quantile / 100 or math.isclose(below, quantile / 100)


def test_a_row_of_the_books_becomes_seconds_since_the_load_began() -> None:
    assert delay(12_500_000_000, 250_000_000, 10_000_000_000) == Delay(at=2.5, seconds=0.25)
    assert delay(12_500_000_000, None, 10_000_000_000).seconds is None
