"""Arrivals, throughput, latency and errors over time, on one time axis, with the faults marked."""

from __future__ import annotations

import math
from collections.abc import Sequence

from foundation import charts, page
from foundation.charts import Band, Chart, Limit, Scale, Series, Shape
from foundation.page import Section
from foundation.slo import Metric
from peakproof.report import words
from peakproof.report.objectives import objectives
from peakproof.results import FaultRecord, Load, Results

MOST_POINTS = 600  # more cannot be told apart on any screen


def section(results: Results) -> Section:
    load = results.load
    if load is None or not load.seconds:
        body = page.note("There is nothing to draw: no load was measured.", warning=True)
        return Section(anchor="charts", title="Over time", body=body)
    width = max(1, math.ceil(len(load.seconds) / MOST_POINTS))
    figures = [
        charts.figure(draw(results, load, width)) for draw in (_arrivals, _throughput, _latency, _errors)
    ]
    return Section(
        anchor="charts", title="Over time", body=page.joined([page.note(_legend(results, width)), *figures])
    )


def _legend(results: Results, width: int) -> str:
    text = "Seconds since the load began, by the second in which a journey was due."
    if results.faults:
        text += " Shaded: a fault in force; the bar at its top: until the platform had recovered."
    if width > 1:
        text += f" Each point stands for {width} s: the mean of counts, the worst second's percentiles."
    return text


def _arrivals(results: Results, load: Load, width: int) -> Chart:
    wanted = _means([second.wanted for second in load.seconds], width)
    reached = _means([second.reached for second in load.seconds], width)
    return _chart(
        results, load, width, anchor="chart-arrivals", title="Arrivals", unit=f"{load.journey} per second",
        description=f"Arrivals wanted by the schedule ({_range(wanted)} a second) "
        f"and arrivals that were sent ({_range(reached)} a second).",
        series=[
            Series(name="wanted by the schedule", tone="quiet", values=wanted, shape=Shape.STEP),
            Series(name="sent", tone="main", values=reached, shape=Shape.STEP),
        ],
    )  # fmt: skip


def _throughput(results: Results, load: Load, width: int) -> Chart:
    orders = _means([second.orders for second in load.seconds], width)
    return _chart(
        results, load, width, anchor="chart-throughput", title="Throughput", unit="orders per second",
        description=f"Orders that ended well: {_range(orders)} a second.",
        series=[Series(name="orders that ended well", tone="main", values=orders, shape=Shape.AREA)],
        empty="not one order ended well",
    )  # fmt: skip


def _latency(results: Results, load: Load, width: int) -> Chart:
    p50 = _worst([second.p50 for second in load.seconds], width)
    p95 = _worst([second.p95 for second in load.seconds], width)
    p99 = _worst([second.p99 for second in load.seconds], width)
    return _chart(
        results, load, width, anchor="chart-latency", title="Order latency",
        unit=f"{load.drawn}, ms, logarithmic",
        description=f"Response times of {load.drawn} in milliseconds: median {_range(p50)}, "
        f"p95 {_range(p95)}, p99 {_range(p99)}.",
        series=[
            Series(name="p50", tone="low", values=p50),
            Series(name="p95", tone="middle", values=p95),
            Series(name="p99", tone="high", values=p99),
        ],
        limits=_limits(results, load),
        scale=Scale.LOG,
    )  # fmt: skip


def _errors(results: Results, load: Load, width: int) -> Chart:
    attempts = _means([second.attempt_errors for second in load.seconds], width)
    errors = _means([second.errors for second in load.seconds], width)
    return _chart(
        results, load, width, anchor="chart-errors", title="Errors", unit=f"{load.journey} per second",
        description=f"Single requests that went wrong ({_range(attempts)} a second) "
        f"and orders that were not accepted within the client's budget ({_range(errors)} a second).",
        series=[
            Series(name="requests that went wrong", tone="doubtful", values=attempts, shape=Shape.BARS),
            Series(name="orders not accepted", tone="bad", values=errors, shape=Shape.BARS),
        ],
        empty="not one error",
    )  # fmt: skip


def _chart(
    results: Results, load: Load, width: int, *, anchor: str, title: str, unit: str, description: str,
    series: Sequence[Series], limits: Sequence[Limit] = (), scale: Scale = Scale.LINEAR,
    empty: str = "nothing was measured",
) -> Chart:  # fmt: skip
    extent = max(load.duration, float(len(load.seconds)))
    bands = bands_of(results, load)
    return Chart(
        anchor=anchor, title=title, unit=unit, description=f"{description} {_told(bands)}".strip(),
        extent=extent, series=series, bands=bands, limits=limits, scale=scale, interval=width, empty=empty,
    )  # fmt: skip


def bands_of(results: Results, load: Load) -> list[Band]:
    """The faults, each with its recovery, as they are marked in every chart of the load."""
    extent = max(load.duration, float(len(load.seconds)))
    return [
        Band(
            start=fault.at,
            end=extent if fault.until is None else fault.until,
            label=words.fault(fault),
            settled=_settled(fault, extent),
        )
        for fault in results.faults
    ]


def _settled(fault: FaultRecord, extent: float) -> float | None:
    if not fault.claimed:
        return None
    return extent if fault.recovery is None else fault.at + fault.recovery


def _told(bands: Sequence[Band]) -> str:
    return " ".join(
        f"{band.label} from {words.seconds(band.start)} to {words.seconds(band.end)}." for band in bands
    )


def _limits(results: Results, load: Load) -> list[Limit]:
    return [
        Limit(
            value=objective.limit * 1000,
            label=f"limit of p{objective.quantile:g}, {words.seconds(objective.limit)}",
        )
        for _, objective in objectives(results)
        if objective.metric is Metric.LATENCY and objective.series == load.drawn
    ]


def _means(values: Sequence[int], width: int) -> list[float | None]:
    parts = [values[start : start + width] for start in range(0, len(values), width)]
    return [sum(part) / len(part) for part in parts]


def _worst(values: Sequence[float | None], width: int) -> list[float | None]:
    parts = [values[start : start + width] for start in range(0, len(values), width)]
    return [max((value for value in part if value is not None), default=None) for part in parts]


def _range(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "not measured"
    low, high = (_number(limit(known)) for limit in (min, max))
    return low if low == high else f"{low} to {high}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
