"""A chart's geometry: things lie where they should, gaps are gaps, labels do not collide on a phone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import charts
from foundation.charts import Axis, Band, Chart, Limit, Scale, Series, Shape

LINEAR = Axis(low=0, high=100, ticks=(0, 50, 100), scale=Scale.LINEAR)
VALUES = st.lists(st.none() | st.floats(0, 1e6), min_size=1, max_size=80)
NAMES = st.text("abcdefghij-12", min_size=1, max_size=60)


def chart(
    values: Sequence[float | None] = (10.0, 20.0), shape: Shape = Shape.LINE, scale: Scale = Scale.LINEAR
) -> Chart:
    series = Series(name="orders", tone="main", values=values, shape=shape)
    return Chart(
        anchor="chart-x", title="Orders", unit="per second", description="what is seen",
        extent=60.0, series=[series], scale=scale,
    )  # fmt: skip


def drawn(of: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(str(charts.figure(of)))  # noqa: S314 - our own chart


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([-\d.e+]+),([-\d.e+]+)", path)]


def test_a_fault_in_the_middle_is_marked_from_the_middle() -> None:
    figure = drawn(replace(chart(), bands=[Band(start=30, end=45, label="api-2 killed", settled=33)]))
    band, bar = figure.findall(".//g[@class='fault']/rect")
    assert (band.get("x"), band.get("width")) == ("50.000%", "25.000%")
    assert (bar.get("x"), bar.get("width")) == ("50.000%", "5.000%")
    assert figure.findtext(".//text[@class='label']") == "api-2 killed"


def test_a_fault_that_outlasts_the_chart_ends_with_it() -> None:
    figure = drawn(
        replace(chart(), bands=[Band(start=45, end=500, label="x"), Band(start=70, end=80, label="y")])
    )
    spans = [(rect.get("x"), rect.get("width")) for rect in figure.findall(".//g[@class='fault']/rect")]
    assert spans == [("75.000%", "25.000%"), ("100.000%", "0.000%")]


def test_a_second_without_a_value_is_a_gap_and_not_a_zero() -> None:
    path = charts.path(Series(name="p99", tone="high", values=[10.0, 20.0, None, 30.0, 40.0]), LINEAR)
    assert path.count("M") == 2
    assert [x for x, _ in points(path)] == [0.5, 1.5, 3.5, 4.5]


def test_a_lone_value_between_gaps_can_be_seen() -> None:
    path = charts.path(Series(name="p99", tone="high", values=[None, 50.0, None]), LINEAR)
    assert points(path) == [(1, charts.HEIGHT / 2), (2, charts.HEIGHT / 2)]


def test_steps_bars_and_areas_fill_their_second() -> None:
    def xs(shape: Shape) -> list[float]:
        return [
            x
            for x, _ in points(
                charts.path(Series(name="n", tone="main", values=[0.0, 50.0], shape=shape), LINEAR)
            )
        ]

    assert xs(Shape.STEP) == [0, 1, 1, 2]
    assert xs(Shape.AREA) == [0, 0, 1, 1, 2, 2]
    assert xs(Shape.BARS) == [1.12, 1.12, 1.88, 1.88]  # and nothing for the zero


def test_intervals_longer_than_a_second_are_as_wide_as_they_last() -> None:
    path = charts.path(Series(name="n", tone="main", values=[1.0, 2.0], shape=Shape.STEP), LINEAR, 10)
    assert [x for x, _ in points(path)] == [0, 10, 10, 20]


@given(VALUES, st.sampled_from(Shape), st.sampled_from(Scale))
def test_whatever_the_values_nothing_is_drawn_outside_the_plot(
    values: list[float | None], shape: Shape, scale: Scale
) -> None:
    axis = charts.axis_of(chart(values, shape, scale))
    path = charts.path(Series(name="n", tone="main", values=values, shape=shape), axis)
    assert all(-0.01 <= y <= charts.HEIGHT + 0.01 for _, y in points(path))
    assert all(0 <= x <= len(values) for x, _ in points(path))


@given(VALUES, st.sampled_from(Scale))
def test_an_axis_holds_every_value_and_has_a_few_ticks_that_rise(
    values: list[float | None], scale: Scale
) -> None:
    axis = charts.axis_of(chart(values, scale=scale))
    assert 2 <= len(axis.ticks) <= 12
    assert list(axis.ticks) == sorted(set(axis.ticks))
    assert max((value for value in values if value is not None), default=0) <= axis.high * (1 + 1e-9)


def test_ticks_are_round_numbers() -> None:
    assert charts.axis_of(chart([77.0])).ticks == (0, 20, 40, 60, 80)
    assert charts.axis_of(chart([None])).ticks == (0, 1)
    assert charts.axis_of(chart([18.0, 1500.0], scale=Scale.LOG)).ticks == (10, 100, 1000)
    assert charts.axis_of(chart([18.0, 60.0], scale=Scale.LOG)).ticks == (10, 20, 50, 100)


def test_a_limit_is_on_the_axis_even_where_no_value_comes_near_it() -> None:
    limited = replace(chart([10.0, 20.0], scale=Scale.LOG), limits=[Limit(value=500, label="limit of p99")])
    figure = drawn(limited)
    line = figure.find(".//svg[@class='plot']/line[@class='limit']")
    assert line is not None
    assert line.get("y1") == line.get("y2")
    assert charts.axis_of(limited).high >= 500
    assert "limit of p99" in "".join(figure.itertext())


@given(st.floats(1, 90_000))
def test_time_has_few_enough_labels_for_a_phone(extent: float) -> None:
    ticks = charts.time_ticks(extent)
    assert 1 <= len(ticks) <= charts.TICKS
    assert ticks[0][0] == 0
    assert all(at <= extent for at, _ in ticks)


@pytest.mark.parametrize(
    ("extent", "labels"),
    [
        (60, ["0 s", "10 s", "20 s", "30 s", "40 s", "50 s", "60 s"]),
        (600, ["0 min", "2 min", "4 min", "6 min", "8 min", "10 min"]),
        (7200, ["0:00 h", "0:30 h", "1:00 h", "1:30 h", "2:00 h"]),
    ],
)
def test_time_is_written_in_the_unit_that_fits(extent: float, labels: list[str]) -> None:
    assert [label for _, label in charts.time_ticks(extent)] == labels


@given(st.lists(st.tuples(st.floats(0, 60), NAMES), max_size=8))
def test_labels_of_faults_never_overlap(faults: list[tuple[float, str]]) -> None:
    bands = [Band(start=at, end=60, label=name) for at, name in faults]
    placed = []
    for band, label in zip(bands, charts.labels_of(replace(chart(), bands=bands)), strict=True):
        at, width = band.start / 60 * charts.NARROW, len(label.text) * charts.LETTER
        placed.append((label.lane, at - width if label.before else at, at if label.before else at + width))
    for (lane, start, end), (other, begin, stop) in combinations(placed, 2):
        assert lane != other or end <= begin or stop <= start


@given(st.floats(0, 60), NAMES)
def test_a_label_stays_within_a_phones_plot(at: float, name: str) -> None:
    (label,) = charts.labels_of(replace(chart(), bands=[Band(start=at, end=60, label=name)]))
    start, width = at / 60 * charts.NARROW, len(label.text) * charts.LETTER
    assert (start - width if label.before else start) >= 0
    assert (start if label.before else start + width) <= charts.NARROW


def test_a_chart_says_in_words_what_it_shows_and_escapes_what_it_is_told() -> None:
    evil = "</desc><script>"
    figure = drawn(replace(chart(), title=evil, description=evil, bands=[Band(start=1, end=2, label=evil)]))
    plot = figure.find("svg[@class='plot']")
    assert plot is not None
    assert plot.get("role") == "img"
    names = {found.get("id"): found.text for found in (*plot.iter("title"), *plot.iter("desc"))}
    assert {name: names[name] for name in plot.get("aria-labelledby", "").split()} == {
        "chart-x-title": evil, "chart-x-desc": evil,
    }  # fmt: skip
    assert figure.find(".//script") is None


def test_a_chart_of_nothing_says_so() -> None:
    blank = [drawn(replace(chart(values), empty="not one error")) for values in ([0.0, 0.0], [None], [1.0])]
    assert [figure.findtext(".//text[@class='blank']") for figure in blank] == [
        "not one error",
        "not one error",
        None,
    ]
