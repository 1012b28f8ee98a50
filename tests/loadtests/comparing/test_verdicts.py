"""Comparisons of runs whose differences are known: what is found, what is not, how often it is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.comparing.runs import Run
from loadtests.comparing.simulation import Service, runs
from loadtests.comparing.spread import Spread
from loadtests.comparing.verdicts import Change, compare, holm, overall
from loadtests.recording.histograms import Histogram

STEADY = Service(between=0.005, within=0.005, shape=0.1, steps=1)
STEP = "order/step-0"


def change(base: list[Run], new: list[Run]) -> Change:
    return overall(compare(base, new, [99.0], spreads={}))


def test_a_fifteen_percent_slower_tail_is_slower_and_the_other_way_round_faster() -> None:
    before, after = runs(Service(), 5, 1), runs(Service(p99=230), 5, 2)
    assert change(before, after) is Change.SLOWER
    assert change(after, before) is Change.FASTER


def test_steady_equals_are_the_same() -> None:
    assert change(runs(STEADY, 4, 1), runs(STEADY, 4, 2)) is Change.SAME


def test_a_difference_that_nobody_feels_is_the_same() -> None:
    slightly = Service(p99=202, between=0.005, within=0.005, shape=0.1, steps=1)
    assert change(runs(STEADY, 5, 1), runs(slightly, 5, 2)) is Change.SAME


def test_two_noisy_runs_decide_nothing() -> None:
    noisy = Service(between=0.2, steps=1)
    assert change(runs(noisy, 2, 1), runs(noisy, 2, 2)) is Change.UNDECIDED


def test_one_run_each_is_undecided_however_large_the_effect() -> None:
    (found,) = compare(runs(STEADY, 1, 1), runs(Service(p99=400, steps=1), 1, 2), [99.0], spreads={})
    assert found.change is Change.UNDECIDED
    assert "store this machine's spread" in found.reason


@pytest.mark.parametrize(
    ("p99", "expected"), [(400, Change.SLOWER), (100, Change.FASTER), (201, Change.UNDECIDED)]
)
def test_one_run_each_is_decided_only_beyond_the_machines_spread(p99: float, expected: Change) -> None:
    spreads = {(STEP, 99.0): Spread(deviation=0.03, runs=6)}
    other = Service(p99=p99, between=0.005, within=0.005, shape=0.1, steps=1)
    found = compare(runs(STEADY, 1, 1), runs(other, 1, 2), [99.0], spreads=spreads)
    assert overall(found) is expected


def test_a_percentile_with_too_few_values_beyond_it_is_undecided() -> None:
    (found,) = compare(runs(STEADY, 3, 1), runs(STEADY, 3, 2), [99.9], spreads={})
    assert found.change is Change.UNDECIDED
    assert "4 values beyond p99.9" in found.reason


def test_the_same_seed_gives_the_same_answer() -> None:
    before, after = runs(Service(steps=1), 3, 1), runs(Service(steps=1), 3, 2)
    assert compare(before, after, [99.0], spreads={}) == compare(before, after, [99.0], spreads={})


def test_runs_without_a_common_series_are_undecided() -> None:
    other = [Run(name="other", blocks={"browse": [Histogram({100: 5000})]})] * 2
    assert change(runs(STEADY, 2, 1), other) is Change.UNDECIDED


def test_holm_counts_the_smallest_for_all_and_never_turns_the_order() -> None:
    corrected = holm({("a", 99.0): 0.01, ("b", 99.0): 0.04, ("c", 99.0): 0.03})
    assert corrected == pytest.approx({("a", 99.0): 0.03, ("c", 99.0): 0.06, ("b", 99.0): 0.06})


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_never_makes_anything_more_certain(chances: list[float]) -> None:
    before = {(str(position), 99.0): chance for position, chance in enumerate(chances)}
    after = holm(before)
    assert all(before[key] <= after[key] <= 1 for key in before)


@pytest.mark.prove
def test_forty_comparisons_of_equals_give_two_alarms_at_most_and_forty_slower_ones_are_found() -> None:
    alarms = [change(runs(Service(), 5, 2 * seed), runs(Service(), 5, 2 * seed + 1)) for seed in range(40)]
    slower = [change(runs(Service(), 5, seed), runs(Service(p99=230), 5, seed + 1000)) for seed in range(40)]
    assert sum(each in (Change.SLOWER, Change.FASTER) for each in alarms) <= 2
    assert slower.count(Change.SLOWER) >= 36
