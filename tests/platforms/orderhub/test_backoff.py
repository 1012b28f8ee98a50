"""Backoff: exponential, capped, never at once, never in step."""

from __future__ import annotations

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st
from orderhub.backoff import Backoff

seconds = st.floats(min_value=0.001, max_value=1000)


@given(base=seconds, cap=seconds, attempt=st.integers(1, 10_000), draw=st.floats(0, 1, exclude_max=True))
def test_a_delay_lies_in_the_upper_half_of_its_ceiling(
    base: float, cap: float, attempt: int, draw: float
) -> None:
    backoff = Backoff(base=base, cap=cap)
    delay = backoff.delay(attempt, draw=lambda: draw)
    assert 0 < backoff.ceiling(attempt) / 2 <= delay <= backoff.ceiling(attempt) <= cap


def test_the_ceiling_doubles_until_the_cap() -> None:
    backoff = Backoff(base=0.5, cap=3)
    assert [backoff.ceiling(attempt) for attempt in range(1, 6)] == [0.5, 1, 2, 3, 3]


def test_those_who_failed_together_do_not_come_back_together() -> None:
    backoff = Backoff(base=1, cap=60)
    assert len({round(backoff.delay(4), 6) for _ in range(100)}) > 90


def test_delays_are_those_after_attempt_1_2_and_so_on() -> None:
    delays = list(islice(Backoff(base=1, cap=4).delays(), 5))
    assert [low <= delay <= 2 * low for low, delay in zip((0.5, 1, 2, 2, 2), delays, strict=True)] == [
        True
    ] * 5
