"""Response times of every series over the whole load."""

from __future__ import annotations

from foundation import page
from foundation.page import Column, Group, Row, Section
from loadtests.report import FILE as PAGE
from peakproof.report import words
from peakproof.results import MEASUREMENTS, Percentiles, Results

COLUMNS = (
    Column(title="Series"), Column(title="Requests", numeric=True), Column(title="p50", numeric=True),
    Column(title="p95", numeric=True), Column(title="p99", numeric=True), Column(title="p99.9", numeric=True),
    Column(title="longest", numeric=True),
)  # fmt: skip


def section(results: Results) -> Section:
    load = results.load
    if load is None or not load.percentiles:
        body = page.note("No response time was measured.", warning=True)
        return Section(anchor="latency", title="Latency", body=body)
    table = page.table(
        COLUMNS,
        [Group(rows=[_row(series) for series in load.percentiles])],
        caption="Response times by series",
    )
    remark = page.note(
        "Over the whole load, faults included; from the moment an arrival was due, so that waiting in the "
        f"generator counts. The generator's own delay: p99 {words.milliseconds(load.dispatch_p99)}."
    )
    more = page.note(
        "Requests, answers and response times of every step, over time: "
        f"{MEASUREMENTS}/{PAGE} beside this page."
    )
    return Section(anchor="latency", title="Latency", body=page.joined([table, remark, more]))


def _row(series: Percentiles) -> Row:
    times = (series.p50, series.p95, series.p99, series.p999, series.longest)
    return Row(cells=(series.series, words.count(series.count), *map(words.milliseconds, times)))
