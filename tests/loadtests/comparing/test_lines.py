"""A comparison as people read it: in a terminal and a log of 80 columns nothing of it is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loadtests.comparing.lines import lines
from loadtests.comparing.verdicts import Change, Comparison

SLOWER = Comparison(
    series="order/place-order", quantile=99, change=Change.SLOWER, base=0.3456, new=0.4567, ratio=1.322,
    low=1.25, high=1.4,
)  # fmt: skip
UNKNOWN = Comparison(
    series="order/place-order", quantile=99.9, change=Change.UNDECIDED, base=0.5, new=0.6, reason="too few"
)


def test_a_series_has_a_line_and_each_of_its_percentiles_one_below() -> None:
    head, series, first, second = lines([SLOWER, UNKNOWN])
    assert head.split() == ["base", "ms", "new", "ms", "change", "90", "%", "interval"]
    assert series == "order/place-order"
    assert first.split() == ["p99", "slower", "345.60", "456.70", "+32.2%", "+25.0%", "to", "+40.0%"]
    assert second.split() == ["p99.9", "undecided", "500.00", "600.00"]


def test_figures_stand_below_their_names() -> None:
    head, _, first, second = lines([SLOWER, UNKNOWN])
    for name, figure in (("base ms", "345.60"), ("new ms", "456.70"), ("interval", "+40.0%")):
        assert head.index(name) + len(name) == first.index(figure) + len(figure)
    assert second.index("500.00") == first.index("345.60")


def test_several_series_keep_their_order() -> None:
    found = list(lines([SLOWER, Comparison(series="a", quantile=99, change=Change.SAME, base=1, new=1)]))
    assert [line for line in found if line[0] != " "] == ["order/place-order", "a"]


ratios = st.floats(0.001, 1000)


@given(st.sampled_from(Change), st.floats(0, 86_400), st.floats(0, 86_400), ratios, ratios, ratios)
def test_whatever_was_measured_80_columns_hold_it(
    change: Change, base: float, new: float, ratio: float, low: float, high: float
) -> None:
    each = Comparison(
        series="s", quantile=99.99, change=change, base=base, new=new, ratio=ratio, low=low, high=high
    )
    head, _, line = lines([each])
    assert max(len(head), len(line)) <= 80
    assert line.split()[:2] == ["p99.99", change]
    assert f" {base * 1e3:.2f} " in line, "figures do not touch"
    assert f" {new * 1e3:.2f} " in line
