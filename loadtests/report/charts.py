"""Over time: arrivals, what is in flight, errors, and the response times of every step."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from foundation import charts, page
from foundation.charts import Chart, Limit, Scale, Series, Shape
from foundation.page import Section
from foundation.slo import Metric, Objective
from loadtests.judging.in_flight import in_flight
from loadtests.judging.measurements import Measurements
from loadtests.recording.latency_log import Clock

MOST_POINTS = 600  # more cannot be told apart on any screen
MOST_STEPS = 24
"""Charts of steps: a locustfile that names no requests has hundreds. All are in the tables."""


def section(measured: Measurements, promised: Sequence[Objective]) -> Section:
    width = max(1, math.ceil(len(measured.seconds) / MOST_POINTS))
    figures = [
        *([] if measured.job.closed else [_arrivals(measured, width)]),
        *([_requests(measured, width)] if measured.job.closed else []),
        _in_flight(measured, width),
        _errors(measured, width),
        *_responses(measured, width, promised),
    ]
    due = "a request was sent" if measured.job.closed else "a journey was due"
    note = page.note(f"By the second in which {due}, whenever it was answered.{_not_drawn(measured)}")
    body = page.joined([note, *(charts.figure(figure) for figure in figures)])
    return Section(anchor="charts", title="Over time", body=body)


def _not_drawn(measured: Measurements) -> str:
    """What has no place here: steps due after the load's last second, and more than anybody looks at."""
    later = measured.judged[len(measured.seconds) :]
    steps = sum(
        found[second].total
        for (series, clock), found in measured.histograms.items()
        if clock is Clock.RESPONSE and "/" in series
        for second in later
        if second in found
    )
    told = f" {steps:,} steps that were due after the end are in the tables and objectives." if steps else ""
    left = len(_steps(measured)) - MOST_STEPS
    return told + (f" {left:,} series with fewer requests are in the tables alone." if left > 0 else "")


def _arrivals(measured: Measurements, width: int) -> Chart:
    main = measured.job.main
    return _chart(
        measured, width, "chart-arrivals", "Arrivals", f"{main} per second",
        "Arrivals wanted by the schedule, arrivals sent, and journeys that ended well.",
        [
            _counted(measured, "wanted", "wanted by the schedule", "quiet", Shape.STEP, width),
            _counted(measured, "dispatched", "sent", "main", Shape.STEP, width),
            _counted(measured, "completed", "ended well", "second", Shape.LINE, width),
        ],
    )  # fmt: skip


def _requests(measured: Measurements, width: int) -> Chart:
    """Of a closed load nothing was wanted by a schedule."""
    return _chart(
        measured, width, "chart-arrivals", "Requests", f"{measured.job.main} per second",
        "Requests that users sent, and those that ended well.",
        [
            _counted(measured, "dispatched", "sent", "main", Shape.STEP, width),
            _counted(measured, "completed", "ended well", "second", Shape.LINE, width),
        ],
    )  # fmt: skip


def _in_flight(measured: Measurements, width: int) -> Chart:
    """A queue that grows is seen here before any objective breaks."""
    lengths = [in_flight(measured)] if not measured.job.closed else [_users(measured)]
    what = "users" if measured.job.closed else "journeys, all of them"
    values = [max(lengths[0][start : start + width]) for start in range(0, len(lengths[0]), width)]
    return _chart(
        measured, width, "chart-in-flight", "Users" if measured.job.closed else "In flight", what,
        f"How many {what} were under way at the end of each second: at most {max(values, default=0):,.0f}.",
        [Series(name="under way", tone="main", shape=Shape.AREA, values=values)],
    )  # fmt: skip


def _users(measured: Measurements) -> list[float]:
    return [float(measured.running.get(second, 0)) for second in measured.seconds]


def _responses(measured: Measurements, width: int, promised: Sequence[Objective]) -> Iterator[Chart]:
    """One chart for each series, the main journey first; the axis is logarithmic."""
    starts = range(0, len(measured.seconds), width)
    for number, series in enumerate(_steps(measured)[:MOST_STEPS]):
        points = measured.over_time(series, (50, 95, 99), width=width)
        yield _chart(
            measured, width, "chart-latency" if number == 0 else f"chart-latency-{number}",
            "Response time", f"{series}, ms, logarithmic",
            f"Response times of {series}: median, p95 and p99, from when it was due.",
            [
                Series(name=name, tone=tone,
                       values=[points[s][i] * 1e3 if s in points else None for s in starts])
                for i, (name, tone) in enumerate((("p50", "low"), ("p95", "middle"), ("p99", "high")))
            ],
            limits=[
                Limit(value=each.limit * 1000, label=str(each))
                for each in promised
                if each.metric is Metric.LATENCY and each.series == series
            ],
            scale=Scale.LOG,
        )  # fmt: skip


def _steps(measured: Measurements) -> list[str]:
    """Series with response times: the main journey, its steps, the others; where too many, the most asked."""
    main = measured.job.main
    counts = {name: measured.histogram(name).total for name in measured.series}
    known = [name for name in counts if counts[name]]
    most = sorted(known, key=lambda name: -counts[name])[:MOST_STEPS]
    ordered = sorted(most, key=lambda name: (name.partition("/")[0] != main, name))
    return ordered + [name for name in known if name not in most]


def _errors(measured: Measurements, width: int) -> Chart:
    """Of all journeys: where only those beside the main one fail, that is no "not one error"."""
    what = "requests" if measured.job.closed else "all journeys"
    journeys = [measured.job.main] if measured.job.closed else [*measured.counters]
    bars = [
        _counted(measured, counter, name, tone, Shape.BARS, width, journeys)
        for counter, name, tone in (
            ("attempt_errors", "requests that went wrong", "doubtful"),
            ("errors", "journeys that failed", "bad"),
            ("shed", "shed by the platform", "third"),
            ("refused", "refused: no errors", "fourth"),
            ("turned_away", "turned away", "main"),
        )
    ]
    seen = [each for each in bars[1:] if any(each.values)] if not measured.job.closed else []
    return _chart(
        measured, width, "chart-errors", "Errors", f"{what}, per second",
        "Requests that went wrong, journeys that failed for good, were shed, refused, turned away.",
        [bars[0], *seen], empty="not one error",
    )  # fmt: skip


def _counted(
    measured: Measurements, counter: str, name: str, tone: str, shape: Shape, width: int,
    journeys: Sequence[str] = (),
) -> Series:  # fmt: skip
    """Means of a second, of the main journey unless others are named."""
    each = [measured.count(journey, counter).values() for journey in journeys or [measured.job.main]]
    counts = [sum(second) for second in zip(*each, strict=True)]
    groups = [counts[start : start + width] for start in range(0, len(counts), width)]
    return Series(name=name, tone=tone, shape=shape, values=[sum(group) / len(group) for group in groups])


def _chart(
    measured: Measurements, width: int, anchor: str, title: str, unit: str, description: str,
    series: Sequence[Series], *, limits: Sequence[Limit] = (), scale: Scale = Scale.LINEAR,
    empty: str = "nothing was measured",
) -> Chart:  # fmt: skip
    return Chart(
        anchor=anchor, title=title, unit=unit, description=description, series=series, limits=limits,
        scale=scale, empty=empty, extent=float(len(measured.seconds)), interval=width,
    )  # fmt: skip
