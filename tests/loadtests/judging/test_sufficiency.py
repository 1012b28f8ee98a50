"""A percentile needs ten journeys above it; a plan that cannot have them is told how long it would take."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import slo
from loadtests.judging.measurements import Window
from loadtests.judging.sufficiency import TooShort, hint, least_rate, needed, suffices, too_short
from loadtests.planning.arrivals import Constant, Stream
from loadtests.profiles import profile
from tests.loadtests import made

STREAMS = (Stream(journey="order"), Stream(journey="browse", ratio=5))


def found(
    text: str, *, rate: float = 60, duration: float = 60, faults: tuple[float, ...] = ()
) -> list[TooShort]:
    return list(too_short([slo.parse(text)], Constant(peak=rate), STREAMS, duration, faults))


@pytest.mark.parametrize(
    ("quantile", "journeys"), [(50, 20), (90, 100), (99, 1000), (99.9, 10_000), (99.99, 100_000), (100, 1)]
)
def test_how_many_journeys_a_percentile_needs(quantile: float, journeys: int) -> None:
    assert needed(quantile) == journeys


@pytest.mark.parametrize(
    ("quantile", "measured", "enough"),
    [(99, 1000, True), (99, 880, True), (99, 870, False), (99, 110, False), (100, 1, True), (50, 0, False)],
)
def test_what_was_measured_may_be_fewer_by_chance_but_not_by_far(
    quantile: float, measured: int, enough: bool
) -> None:
    assert suffices(quantile, measured) is enough


@pytest.mark.parametrize(
    "text",
    ["order p99 < 1s", "order/pay p99 < 1s", "order p99 < 1s outside faults+10s", "order p100 < 1s"],
)
def test_sixty_a_second_for_fifty_seconds_is_enough_for_a_p99(text: str) -> None:
    assert found(text, duration=60, faults=(30,)) == []


def test_what_is_too_short_is_told_with_the_shortest_load_that_works() -> None:
    [short] = found("order p99 < 500ms", rate=5)
    assert str(short) == (
        "order p99 < 500ms: 300 journeys are expected, order p99 needs 1,000 (10 above it); "
        "the shortest load that works: 200 s"
    )


def test_a_ratio_counts() -> None:
    assert found("browse p99 < 1s", rate=5) == []
    assert found("order p99 < 1s", rate=5) != []


def test_what_is_left_out_around_faults_is_missing() -> None:
    text = "order p99 < 1s outside faults+10s"
    assert found(text, rate=20, duration=50) == []
    [short] = found(text, rate=20, duration=50, faults=(20, 25))
    assert short.expected == pytest.approx(20 * 35)
    assert short.duration == 65


@pytest.mark.parametrize("text", ["order p99 < 1s", "browse p95 < 1s", "order p90 < 1s"])
def test_at_the_lowest_rate_a_load_is_just_enough(text: str) -> None:
    least = least_rate([slo.parse(text)], STREAMS, 30)
    assert found(text, rate=least, duration=30) == []
    assert len(found(text, rate=least * 0.99, duration=30)) == 1


def test_without_a_percentile_any_rate_is_enough() -> None:
    assert least_rate([slo.parse("errors < 1%"), slo.parse("nobody p99 < 1s")], STREAMS, 30) == 0


@pytest.mark.parametrize("text", ["errors < 1%", "recovery < 5s", "lost orders = 0", "nobody p99 < 1s"])
def test_other_objectives_are_left_alone(text: str) -> None:
    assert found(text, rate=1, duration=1) == []


@given(
    quantile=st.sampled_from(["50", "95", "99", "99.9"]),
    rate=st.floats(0.5, 500),
    name=st.sampled_from(["constant", "midnight-drop", "b2b-day"]),
)
def test_the_shortest_load_that_works_works_and_a_second_less_does_not(
    quantile: str, rate: float, name: str
) -> None:
    objective = slo.parse(f"order p{quantile} < 1s")

    def shorts(duration: float) -> list[TooShort]:
        curve = profile(name, peak=rate, duration=duration)
        return list(too_short([objective], curve, STREAMS, duration))

    [short] = shorts(0.01)
    assert shorts(short.duration) == []
    assert short.duration < 2 or shorts(short.duration - 1.01) != []


@given(
    faults=st.lists(st.floats(-20, 140), max_size=6), outside=st.integers(1, 30), duration=st.integers(5, 120)
)
def test_what_is_expected_is_due_in_the_seconds_that_will_be_judged(
    faults: list[float], outside: int, duration: int
) -> None:
    """Windows that overlap, begin before the load or end after it take each of its seconds once."""
    [short] = found(
        f"order p99.99 < 1s outside faults+{outside}s", rate=10, duration=duration, faults=tuple(faults)
    )
    measured = replace(made.measurements(of=made.job(duration=duration)), counters={}, histograms={})
    windows = [Window(start=at, end=at + outside) for at in faults]
    assert short.expected == pytest.approx(10 * len(measured.outside(windows)), abs=0.01)


def test_a_delay_is_of_orders_whatever_it_is_called() -> None:
    assert found("placed->shipped p99 < 1s", rate=20) == []
    [short] = found("placed->shipped p99 < 1s", rate=10)
    assert short.expected == pytest.approx(600)


def test_a_journey_that_never_comes_has_no_shortest_load() -> None:
    assert found("order p99 < 1s", rate=0) == []


def test_what_to_do_is_told_in_the_words_of_a_duration() -> None:
    [short] = found("order p99 < 500ms", rate=5)
    assert hint(short) == "run it for 3 min 20 s or longer, at a higher rate, or ask for a lower percentile"


@pytest.mark.parametrize(("measured", "enough"), [(873, False), (874, True)])
def test_four_standard_deviations_fewer_will_do(measured: int, *, enough: bool) -> None:
    """Of 1,000: 126.5."""
    assert suffices(99, measured) is enough
