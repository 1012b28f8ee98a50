"""SLO expressions: what they mean, and where a caret stands when they mean nothing."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.slo import ALL, Metric, Objective, ObjectiveError, parse


@pytest.mark.parametrize(
    ("text", "objective"),
    [
        (
            "place-order p99 < 500ms outside faults+10s",
            Objective(
                metric=Metric.LATENCY,
                series="place-order",
                quantile=99,
                comparison="<",
                limit=0.5,
                outside=10,
            ),
        ),
        (
            "place-order/order p99.9 <= 1.5s outside faults",
            Objective(
                metric=Metric.LATENCY,
                series="place-order/order",
                quantile=99.9,
                comparison="<=",
                limit=1.5,
                outside=0,
            ),
        ),
        ("errors < 0.1%", Objective(metric=Metric.ERRORS, comparison="<", limit=0.001)),
        ("browse errors=0%", Objective(metric=Metric.ERRORS, series="browse", comparison="=", limit=0)),
        ("attempt-errors < 1%", Objective(metric=Metric.ATTEMPT_ERRORS, comparison="<", limit=0.01)),
        ("refused < 5%", Objective(metric=Metric.REFUSED, comparison="<", limit=0.05)),
        ("all refused < 5%", Objective(metric=Metric.REFUSED, series=ALL, comparison="<", limit=0.05)),
        (
            "place-order throughput > 55/s",
            Objective(metric=Metric.THROUGHPUT, series="place-order", comparison=">", limit=55),
        ),
        ("goodput > 40/s", Objective(metric=Metric.GOODPUT, comparison=">", limit=40)),
        ("lost orders = 0", Objective(metric=Metric.LOST_ORDERS, comparison="=", limit=0)),
        ("recovery < 30s", Objective(metric=Metric.RECOVERY, comparison="<", limit=30)),
        (
            "accepted->erp p99<10s outside faults+5s",
            Objective(
                metric=Metric.DELAY, series="accepted->erp", quantile=99, comparison="<", limit=10, outside=5
            ),
        ),
        ("queue age < 5s", Objective(metric=Metric.QUEUE_AGE, comparison="<", limit=5)),
        (
            "outbox lag <= 800ms outside faults",
            Objective(metric=Metric.OUTBOX_LAG, comparison="<=", limit=0.8, outside=0),
        ),
        (
            "queue p99 < 1s",
            Objective(metric=Metric.LATENCY, series="queue", quantile=99, comparison="<", limit=1),
        ),
    ],
)
def test_an_expression_means(text: str, objective: Objective) -> None:
    assert parse(text) == objective
    assert parse(str(objective)) == objective


@pytest.mark.parametrize(
    ("text", "under", "expected"),
    [
        ("place-order p99 < 500mss", "500mss", 'a duration such as "500ms"'),
        ("place-order p99 < 500", "500", 'a duration such as "500ms"'),
        ("place-order p999 < 500ms", "p999", "a percentile such as p99"),
        ("place-order p99 ! 500ms", "!", "a comparison"),
        ("p99 < 500ms", "p99", "a journey before the percentile"),
        ("errors < 0.1", "0.1", 'a percentage such as "0.1%"'),
        ("errors < 101%", "101%", 'a percentage such as "0.1%"'),
        ("order/place goodput > 1/s", "order/place", "goodput is not counted by step"),
        ("throughput > 55", "55", 'a rate such as "55/s"'),
        ("lost order = 0", "order", '"orders"'),
        ("lost orders = 0.5", "0.5", "a whole number of orders"),
        ("recovery < 30s outside faults", "outside", "recovery has no windows"),
        ("errors < 1% within faults", "within", '"outside faults+10s" or the end'),
        ("errors < 1% outside fault+10s", "fault+", '"faults"'),
        ("errors < 1% outside faults+10", "10", 'a duration such as "10s"'),
        ("accepted->erp < 10s", "<", "a percentile such as p99"),
        ("accepted->Erp p99 < 10s", "accepted", "a delay such as accepted->erp"),
        ("accepted->erp p99 < 10", "10", 'a duration such as "500ms"'),
        ("queue length < 5s", "length", '"age"'),
        ("outbox lag < 5", "5", 'a duration such as "500ms"'),
        ("Place-Order p99 < 1s", "Place", "a journey, or errors"),
    ],
)
def test_a_caret_stands_under_what_is_wrong(text: str, under: str, expected: str) -> None:
    with pytest.raises(ObjectiveError) as failure:
        parse(text)
    lines = str(failure.value).splitlines()
    assert expected in lines[0]
    assert lines[1].removeprefix("    ") == text
    assert lines[2].removeprefix("    ") == " " * text.rindex(under) + "^"


@pytest.mark.parametrize(
    "text", ["", "errors", "errors <", "place-order", "errors < 1% outside faults+", "lost"]
)
def test_an_expression_that_ends_too_early_has_its_caret_at_the_end(text: str) -> None:
    with pytest.raises(ObjectiveError) as failure:
        parse(text)
    assert failure.value.column == len(text)


names = st.from_regex(r"[a-z][a-z0-9_-]{0,12}", fullmatch=True).filter(
    lambda name: name not in {"errors", "attempt-errors", "refused", "throughput", "recovery", "lost"}
)
whole = st.integers(1, 10_000)


@st.composite
def objectives(draw: st.DrawFn) -> Objective:
    metric = draw(st.sampled_from(Metric))
    journey = draw(names)
    step = draw(st.none() | names)
    latency, delay = metric is Metric.LATENCY, metric is Metric.DELAY
    windowed = metric not in (Metric.RECOVERY, Metric.LOST_ORDERS)
    sampled = metric in (Metric.QUEUE_AGE, Metric.OUTBOX_LAG)
    scale = {
        Metric.LATENCY: 1000,
        Metric.RECOVERY: 1000,
        Metric.DELAY: 1000,
        Metric.QUEUE_AGE: 1000,
        Metric.OUTBOX_LAG: 1000,
        Metric.ERRORS: 10_000,
        Metric.ATTEMPT_ERRORS: 10_000,
        Metric.REFUSED: 10_000,
    }
    series = (f"{journey}/{step}" if step else journey) if latency else draw(st.none() | st.just(journey))
    series = f"{journey}->{draw(names)}" if delay else series
    return Objective(
        metric=metric,
        comparison=draw(st.sampled_from(["<", "<=", ">", ">=", "="])),
        limit=float(f"{draw(whole) / scale.get(metric, 1):.12g}"),
        series=series if windowed and not sampled else None,
        quantile=draw(st.sampled_from([50.0, 95.0, 99.0, 99.9, 100.0])) if latency or delay else None,
        outside=draw(st.none() | st.integers(0, 100).map(float)) if windowed else None,
    )


@given(objectives())
def test_an_objective_reads_back_as_itself(objective: Objective) -> None:
    again = parse(str(objective))
    assert again.limit == pytest.approx(objective.limit, rel=1e-12)
    assert str(again) == str(objective)
    assert (again.metric, again.series, again.quantile) == (
        objective.metric,
        objective.series,
        objective.quantile,
    )


@given(st.text(alphabet="placeorde p99<>=%+/0.1ms faultsoi", max_size=40))
def test_nonsense_is_our_error_and_never_a_crash(text: str) -> None:
    with suppress(ObjectiveError):
        parse(text)


@pytest.mark.parametrize(
    ("comparison", "holds"), [("<", False), ("<=", True), (">", False), (">=", True), ("=", True)]
)
def test_an_objective_compares_as_it_says(comparison: str, holds: bool) -> None:
    assert Objective(metric=Metric.ERRORS, comparison=comparison, limit=0.5).holds(0.5) is holds
