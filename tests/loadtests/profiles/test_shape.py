"""A shape: straight lines between its points, jumps where two are at one time; in any duration."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from loadtests.profiles.shape import Curve, Point, Shape

RAMP: tuple[Point, ...] = ((0, 0), (10, 1), (10, 0.2), (20, 0.6))


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    gaps = draw(st.lists(st.integers(0, 50), min_size=1, max_size=8))
    assume(sum(gaps) > 0)
    times = [0.0, *(float(sum(gaps[: at + 1])) for at in range(len(gaps)))]
    shares = draw(st.lists(st.integers(0, 100), min_size=len(times), max_size=len(times)))
    assume(max(shares) > 0)
    points = tuple((at, share / max(shares)) for at, share in zip(times, shares, strict=True))
    return Shape(name="drawn", about="", points=points, sources=())


def shape(*points: Point) -> Shape:
    return Shape(name="made", about="", points=points, sources=())


@pytest.mark.parametrize(
    ("at", "share"),
    [(-1, 0), (0, 0), (2.5, 0.25), (9.999, 0.9999), (10, 0.2), (15, 0.4), (20, 0.6), (21, 0.6), (1e9, 0.6)],
)
def test_between_points_it_goes_straight_and_beyond_them_it_stays(at: float, share: float) -> None:
    assert shape(*RAMP).share(at) == pytest.approx(share)


def test_its_span_ends_with_the_last_point_and_its_mean_is_the_area() -> None:
    made = shape(*RAMP)
    assert made.span == 20
    assert made.mean == pytest.approx((10 * 0.5 + 10 * 0.4) / 20)


@given(shapes(), st.floats(0, 500))
def test_it_is_never_above_its_peak_nor_below_its_neighbours(made: Shape, at: float) -> None:
    share = made.share(at)
    assert 0 <= share <= 1
    around = [(a[1], b[1]) for a, b in pairwise(made.points) if a[0] <= at <= b[0]]
    for_sure = around or [(made.points[-1][1],) * 2]
    assert min(map(min, for_sure)) - 1e-9 <= share <= max(map(max, for_sure)) + 1e-9


@given(shapes())
def test_at_a_point_it_is_what_the_point_says_the_last_of_a_jump(made: Shape) -> None:
    last = dict(made.points)
    assert all(made.share(at) == pytest.approx(share) for at, share in last.items())


@given(shapes(), st.floats(0.1, 10_000), st.floats(0.1, 1000), st.floats(0, 1))
def test_a_curve_is_the_shape_in_another_time_and_at_another_height(
    made: Shape, duration: float, peak: float, part: float
) -> None:
    curve = Curve(shape=made, peak=peak, duration=duration)
    assert curve.rate(part * duration) == pytest.approx(
        peak * made.share(part * duration / duration * made.span)
    )


@given(shapes())
def test_the_mean_is_that_of_many_looks(made: Shape) -> None:
    looks = 4000
    seen = sum(made.share((look + 0.5) / looks * made.span) for look in range(looks)) / looks
    assert seen == pytest.approx(made.mean, abs=0.01)


@pytest.mark.parametrize(
    ("points", "told"),
    [
        (((1, 1), (2, 1)), "points start at 0"),
        (((0, 1), (0, 1)), "points start at 0 and go on"),
        (((0, 1), (2, 0), (1, 0)), "go on in time"),
        (((0, 1), (1, -0.1)), "not negative"),
        (((0, 0.5), (1, 0.9)), "the highest is 1"),
        (((0, 0.5), (1, 1.1)), "the highest is 1"),
    ],
)
def test_points_that_make_no_shape_are_refused(points: tuple[Point, ...], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        shape(*points)
