"""The page of a load test: verdict, findings, charts, failures; complete, escaped, without a script."""

from __future__ import annotations

from dataclasses import replace

from foundation import slo
from foundation.slo import Objective
from loadtests import commands, report
from loadtests.judging.measurements import FirstFailure, Measurements
from loadtests.recording.counters import Counters
from loadtests.recording.latency_log import Clock
from tests.loadtests.made import all_at, measurements, summary


def page(measured: Measurements, *expressions: str) -> str:
    promised: tuple[Objective, ...] = tuple(slo.parse(text) for text in expressions)
    return report.html(measured, commands.judged(measured, promised), promised)


def test_a_good_run_says_so_and_shows_its_limit() -> None:
    found = page(measurements(), "order p90 < 500ms", "errors < 1%")
    assert "<h1" in found
    assert "PASS" in found
    assert "600 journeys were due, 600 ended well" in found
    assert "order p90 &lt; 500ms" in found
    for anchor in ("findings", "chart-arrivals", "chart-latency", "chart-errors", "latency", "repeat"):
        assert f'id="{anchor}"' in found
    assert "<script" not in found


def test_a_missed_objective_is_marked() -> None:
    slow = measurements(responses={second: all_at(900) for second in range(60)})
    found = page(slow, "order p90 < 500ms")
    assert "FAIL" in found
    assert "1 of 9 checks do not hold" in found


def test_a_run_that_proves_nothing_says_why_first() -> None:
    found = page(measurements(summaries=(summary(clean=False, interrupted=True),)))
    assert "This run proves nothing: interrupted." in found


def test_zero_errors_have_a_bound_beside_them() -> None:
    found = page(measurements(), "errors < 1%")
    assert "at most 0.5% with 95 % confidence" in found  # 600 orders: 1 - 0.05 ** (1 / 600)
    some = measurements(counters={3: Counters(wanted=10, dispatched=10, done=10, failed=1, errors=1)})
    assert "confidence" not in page(some, "errors < 1%")


def test_what_a_platform_answered_is_escaped() -> None:
    failure = FirstFailure(kind="<b>boom</b>", journey="order", second=3, count=12, traceback="")
    found = page(replace(measurements(), failures=(failure,)))
    assert "&lt;b&gt;boom" in found
    assert "<b>boom" not in found


def test_a_long_run_is_drawn_with_fewer_points() -> None:
    long = replace(measurements(), job=replace(measurements().job, duration=7200))
    assert len(page(long)) < 2 * len(page(measurements()))


def test_a_run_that_measured_nothing_still_has_a_page() -> None:
    empty = replace(measurements(), histograms={}, counters={}, summaries=())
    assert "No time was measured." in page(empty)


def test_steps_after_the_load_are_said_not_to_be_drawn() -> None:
    measured = measurements()
    late = {("order/pay", Clock.RESPONSE): {61: all_at(5, 7)}}
    found = page(replace(measured, histograms={**measured.histograms, **late}))
    assert "7 steps that were due after the end are in the tables and objectives." in found
    assert "due after the end" not in page(measured)


def test_what_was_shed_is_drawn_apart() -> None:
    shed = measurements(
        counters={3: Counters(wanted=10, dispatched=10, done=10, failed=4, shed=4, completed=6)}
    )
    found = page(shed)
    assert "shed by the platform" in found
