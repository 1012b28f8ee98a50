"""Queues that grow are told from queues that are only busy."""

from __future__ import annotations

import numpy as np
import pytest

from loadtests.capacity.simulation import Queue
from loadtests.capacity.stationary import slope
from loadtests.capacity.trials import Outcome


def test_a_growing_queue_is_seen_with_its_growth() -> None:
    noise = np.random.default_rng(1).normal(0, 3, 60)
    found = slope([5 + 2 * second + float(noise[second]) for second in range(60)])
    assert not found.stationary
    assert found.value == pytest.approx(2, abs=0.2)
    assert found.low < 2 < found.high


def test_a_level_queue_is_stationary_almost_always() -> None:
    source = np.random.default_rng(1)
    found = [slope(source.poisson(20, 30).tolist()).stationary for _ in range(300)]
    assert found.count(False) <= 300 * 0.05  # 2.5 % are expected


def test_a_queue_that_empties_is_stationary() -> None:
    assert slope([float(100 - second) for second in range(60)]).stationary


def test_an_idle_queue_is_stationary() -> None:
    assert slope([0.0] * 30).stationary


def test_too_few_seconds_are_refused() -> None:
    with pytest.raises(ValueError, match="at least three"):
        slope([1.0, 2.0])


def test_a_queue_with_more_arrivals_than_service_breaks_and_one_with_few_holds() -> None:
    queue = Queue(service=100, limit=60, seed=1)  # a limit so high that only the queue's growth can tell
    assert queue.run(150).outcome is Outcome.BROKE
    assert queue.run(20).outcome is Outcome.HELD
