"""The charts of a rehearsal: all four, on one time axis, with every fault where it was."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from foundation.verdict import judge
from peakproof.report.sections import charts
from peakproof.results import Results, Second
from tests.peakproof.report import reading, samples

CHARTS = ["chart-arrivals", "chart-throughput", "chart-latency", "chart-errors"]


def figures(results: Results) -> dict[str, ElementTree.Element]:
    root = reading.tree(f"<div>{charts.section(results).body}</div>")
    return {figure.get("id", ""): figure for figure in root.iter("figure")}


def test_there_are_four_charts_with_the_same_time_axis_and_the_same_fault() -> None:
    found = figures(samples.passed())
    assert list(found) == CHARTS
    for figure in found.values():
        lines = figure.find(".//svg[@class='lines']")
        band = figure.find(".//rect[@class='band']")
        assert lines is not None
        assert band is not None
        assert lines.get("viewBox", "").startswith("0 0 60.0 ")
        assert (band.get("x"), band.get("width")) == ("50.000%", "50.000%")
        assert figure.findtext(".//text[@class='label']") == "api-2 killed"


def test_recovery_is_marked_for_as_long_as_it_took() -> None:
    recovered, never = figures(samples.passed()), figures(samples.too_slow())
    width = f"{samples.RECOVERY / 60:.3%}"
    assert [bar.get("width") for bar in recovered["chart-errors"].findall(".//rect[@class='settling']")] == [
        width
    ]
    assert [bar.get("width") for bar in never["chart-errors"].findall(".//rect[@class='settling']")] == [
        "50.000%",
        "45.000%",
    ]


def test_a_second_in_which_nothing_ended_is_a_gap_in_the_latencies() -> None:
    paths = figures(samples.too_slow())["chart-latency"].findall(".//svg[@class='lines']/path")
    assert [path.get("d", "").count("M") for path in paths] == [2, 2, 2]


def test_the_limit_of_the_main_journeys_latency_is_drawn() -> None:
    assert "limit of p99, 500 ms" in reading.text(figures(samples.passed())["chart-latency"])


def test_times_of_a_step_are_drawn_with_the_steps_own_limit() -> None:
    step = replace(samples.load(), charted="place-order/order")
    limited = replace(samples.objectives()[0], expected="place-order/order p95 < 200ms")
    told = reading.text(
        figures(replace(samples.passed(), load=step, verdict=judge([limited])))["chart-latency"]
    )
    assert "place-order/order, ms" in told
    assert "limit of p95, 200 ms" in told


def test_a_limit_of_another_journey_is_not_drawn_over_this_ones_times() -> None:
    other = replace(samples.load(), journey="browse")
    assert "limit" not in reading.text(figures(replace(samples.passed(), load=other))["chart-latency"])


def test_each_chart_says_in_words_what_can_be_seen() -> None:
    told = figures(samples.passed())["chart-errors"].findtext(".//desc")
    assert told is not None
    assert "0 to 21 a second" in told
    assert "api-2 killed from 30" in told


def test_hours_of_load_are_drawn_with_as_many_points_as_can_be_told_apart() -> None:
    hours = 4 * 3600
    seconds = tuple(
        Second(at=at, wanted=at % 2, reached=1, orders=1, errors=0, attempt_errors=0, p50=1.0, p95=2.0,
               p99=9000.0 if at == 7001 else 3.0)
        for at in range(hours)
    )  # fmt: skip
    long = replace(samples.passed(), load=replace(samples.load(), duration=float(hours), seconds=seconds))
    found = figures(long)
    p99 = found["chart-latency"].findall(".//svg[@class='lines']/path")[2].get("d", "")
    assert p99.count("L") == charts.MOST_POINTS - 1
    assert "1 to 9e+03" not in reading.text(found["chart-latency"])
    assert "p99 3 to 9,000" in reading.text(found["chart-latency"])  # the worst second is not averaged away
    assert "Each point stands for 24 s" in reading.text(charts.section(long))
    assert len(charts.section(long).body) < 200_000


@pytest.mark.parametrize("load", [None, replace(samples.load(), seconds=())])
def test_without_a_measured_second_there_is_a_word_instead_of_charts(load: None) -> None:
    section = charts.section(replace(samples.passed(), load=load))
    assert "no load was measured" in reading.text(section)
    assert "<figure" not in section.body
