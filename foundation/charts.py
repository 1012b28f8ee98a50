"""Charts over time as inline SVG: no script, no fixed width, colours from the page's style sheet.

Values to geometry only. Across, everything is a share of the plot's width, so text keeps its size on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from foundation import page

HEIGHT = 148  # pixels of the plot itself
LANE = 17  # pixels of a line of labels above it
BELOW = 24  # pixels for the time axis
TICKS = 7  # labels the time axis has at most: they still fit a phone
NARROW = 300  # pixels of a plot on a phone: labels must not overlap there
DECADES = 1e6  # the most that a logarithmic axis spans; what is below lies on its bottom
LETTER = 6.6  # pixels a letter of a label takes at most
LONGEST = 21  # letters of a label that always fit on one side or the other; the rest is cut off
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


class Shape(StrEnum):
    LINE = "line"
    STEP = "step"
    AREA = "area"
    BARS = "bars"


class Scale(StrEnum):
    LINEAR = "linear"
    LOG = "log"


@dataclass(frozen=True, kw_only=True)
class Series:
    """One value an interval of `Chart.interval` seconds, from second 0; None is a gap, never a zero.

    `tone` is a colour of the style sheet: main, second, third, fourth for things that have no order; low,
    middle, high for those that have; quiet, bad, doubtful.
    """

    name: str
    tone: str
    values: Sequence[float | None]
    shape: Shape = Shape.LINE


@dataclass(frozen=True, kw_only=True)
class Band:
    """An interval in seconds that is marked and labelled, with a bar from its start to `settled`."""

    start: float
    end: float
    label: str
    settled: float | None = None


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A horizontal line that values should keep below."""

    value: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What is drawn. `extent` and `interval` in seconds; `description` says in words what can be seen.

    With `ticks` (where, label) what runs across is something else than time, and so is `extent`.
    """

    anchor: str
    title: str
    unit: str
    description: str
    extent: float
    series: Sequence[Series]
    bands: Sequence[Band] = ()
    limits: Sequence[Limit] = ()
    scale: Scale = Scale.LINEAR
    interval: float = 1.0
    empty: str = "nothing was measured"
    ticks: Sequence[tuple[float, str]] = ()


@dataclass(frozen=True, kw_only=True)
class Axis:
    """The values of a chart, from `low` at the bottom to `high` at the top."""

    low: float
    high: float
    ticks: tuple[float, ...]
    scale: Scale

    def y(self, value: float) -> float:
        """Pixels from the top of the plot."""
        low, high, at = (_log(v, self.scale) for v in (self.low, self.high, max(value, self.low)))
        return round(HEIGHT * (1 - (at - low) / (high - low)), 2)


@dataclass(frozen=True, kw_only=True)
class Label:
    """A band's label: which line above the plot it stands in, and whether before the band's start."""

    text: str
    lane: int
    before: bool

    @property
    def y(self) -> int:
        return LANE * self.lane + 12


def figure(chart: Chart) -> Markup:
    """The chart as a figure with its legend."""
    axis = axis_of(chart)
    labels = labels_of(chart)
    return page.fragment(
        "chart.html",
        chart=chart,
        axis=axis,
        top=LANE * (max((label.lane for label in labels), default=-1) + 1) + 6,
        plot=HEIGHT,
        below=BELOW,
        labels=labels,
        paths=[path(series, axis, chart.interval) for series in chart.series],
        times=chart.ticks or time_ticks(chart.extent),
        share=lambda seconds: share(seconds, chart.extent),
        span=lambda start, end: span(start, end, chart.extent),
        number=_number,
        blank=not any(value for series in chart.series for value in series.values),
    )


def axis_of(chart: Chart) -> Axis:
    """An axis that holds every value and limit, with a few round ticks."""
    values = [value for series in chart.series for value in series.values if value is not None]
    values += [limit.value for limit in chart.limits]
    if chart.scale is Scale.LOG:
        return _log_axis([value for value in values if value > 0] or [1.0, 10.0])
    step = _step(max(values, default=0.0) / 4)
    count = max(1, math.ceil(max(values, default=0.0) / step))
    ticks = tuple(index * step for index in range(count + 1))
    return Axis(low=0.0, high=ticks[-1], ticks=ticks, scale=Scale.LINEAR)


def time_ticks(extent: float) -> list[tuple[float, str]]:
    """Seconds and their labels, as many as a phone can show."""
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200)
    step = next((step for step in steps if extent / step <= TICKS - 1), 86400)
    return [(at, _clock(at, step)) for at in range(0, math.floor(extent) + 1, step)]


def labels_of(chart: Chart) -> list[Label]:
    """Where each band's label stands, so that on a phone none leaves the plot or overlaps another."""
    taken: list[tuple[int, float, float]] = []
    labels = []
    for band in chart.bands:
        text = band.label if len(band.label) <= LONGEST else band.label[: LONGEST - 1] + "…"
        at, width = band.start / chart.extent * NARROW, len(text) * LETTER + 8
        before = at + width > NARROW
        left, right = (at - width, at) if before else (at, at + width)
        busy = {lane for lane, start, end in taken if start < right and left < end}
        lane = next(lane for lane in range(len(busy) + 1) if lane not in busy)
        taken.append((lane, left, right))
        labels.append(Label(text=text, lane=lane, before=before))
    return labels


def share(seconds: float, extent: float) -> str:
    """Where a time stands, as a share of the plot's width."""
    return f"{_inside(seconds, extent):.3f}%"


def span(start: float, end: float, extent: float) -> str:
    """How wide an interval is, as a share of the plot's width; what lies outside the plot is cut off."""
    return f"{max(_inside(end, extent) - _inside(start, extent), 0.0):.3f}%"


def path(series: Series, axis: Axis, interval: float = 1.0) -> str:
    """SVG path data: x in seconds, y in pixels. Gaps break it; a lone value is a short dash."""
    return "".join(_drawn(run, series.shape, axis, interval) for run in runs(series.values))


def runs(values: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    """Stretches without a gap, as (index, value)."""
    run: list[tuple[int, float]] = []
    for index, value in enumerate(values):
        if value is not None:
            run.append((index, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _inside(seconds: float, extent: float) -> float:
    return min(max(seconds / extent, 0.0), 1.0) * 100


def _drawn(run: Sequence[tuple[int, float]], shape: Shape, axis: Axis, interval: float) -> str:
    if shape is Shape.BARS:
        return "".join(_bar(index, value, axis, interval) for index, value in run if value)
    if shape is Shape.LINE and len(run) > 1:
        return _line([((index + 0.5) * interval, axis.y(value)) for index, value in run])
    edges = [(at * interval, axis.y(value)) for index, value in run for at in (index, index + 1)]
    if shape is Shape.AREA:
        first, last = edges[0][0], edges[-1][0]
        return _line([(first, HEIGHT), *edges, (last, HEIGHT)]) + "Z"
    return _line(edges)


def _bar(index: int, value: float, axis: Axis, interval: float) -> str:
    left, right = (index + 0.12) * interval, (index + 0.88) * interval
    y = min(axis.y(value), HEIGHT - 1.5)
    return _line([(left, HEIGHT), (left, y), (right, y), (right, HEIGHT)]) + "Z"


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.6g},{y:.6g}" for x, y in points)


def _step(least: float) -> float:
    """The smallest round step that is not below `least`; 1 where there is nothing to show."""
    if least <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in _STEPS if step * power >= least * (1 - 1e-9))


def _log_axis(values: Sequence[float]) -> Axis:
    least = max(min(values), max(values) / DECADES)
    low, high = math.floor(math.log10(least)), math.ceil(math.log10(max(values)))
    rounds = [digit * 10.0**power for power in range(low, high + 1) for digit in (1, 2, 5)]
    bottom = max(tick for tick in rounds if tick <= least * (1 + 1e-9))
    top = min((tick for tick in rounds if tick >= max(values) and tick > bottom), default=bottom * 10)
    inside = [tick for tick in rounds if bottom <= tick <= top]
    decades = [tick for tick in inside if math.log10(tick).is_integer()]
    ticks = inside if len(inside) <= 5 else decades
    return Axis(low=bottom, high=top, ticks=tuple(ticks), scale=Scale.LOG)


def _log(value: float, scale: Scale) -> float:
    return math.log10(value) if scale is Scale.LOG else value


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def _clock(at: int, step: int) -> str:
    if step < 60:
        return f"{at} s"
    hours, minutes = divmod(at // 60, 60)
    return f"{hours}:{minutes:02d} h" if step >= 900 else f"{at // 60} min"
