"""Recovery: from the fault to the first five good seconds."""

from __future__ import annotations

import pytest

from loadtests.recovery import Health, recovery


def health(failed: dict[int, int] | None = None, slow: dict[int, int] | None = None) -> dict[int, Health]:
    return {
        second: Health(journeys=60, failed=(failed or {}).get(second, 0), slow=(slow or {}).get(second, 0))
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
    quiet = {second: Health(journeys=1, failed=0, slow=int(second == 32)) for second in range(60)}
    assert recovery(quiet, 30.0, 60) == 0.0


def test_without_five_good_seconds_before_the_end_there_is_no_recovery() -> None:
    assert recovery(health(failed={56: 1}), 52.0, 60) is None
