"""Steps in tables: how many requests, how many went wrong and with what answers, and how long they took."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from foundation import page
from foundation.page import Column, Group, Row, Section
from loadtests.judging.measurements import Measurements
from loadtests.judging.objectives import precise
from loadtests.recording import left_out
from loadtests.recording.latency_log import Clock
from loadtests.showing.results import QUANTILES, latencies

_REQUESTS = (
    Column(title="Step"), Column(title="Requests", numeric=True), Column(title="Per second", numeric=True),
    Column(title="Went wrong", numeric=True), Column(title="Answers"),
)  # fmt: skip


def requests(measured: Measurements) -> Section:
    """Every step with its requests, repeated ones too, and what they were answered."""
    ran = measured.ran
    rows = [
        Row(
            cells=(
                series, f"{each.total:,}", f"{each.total / ran:,.4g}", f"{each.share_wrong:.2%}",
                each.in_words(),
            ),
            bad=each.wrong > 0,
        )
        for series, each in measured.answers.items()
    ]  # fmt: skip
    parts: list[Markup] = [
        page.table(_REQUESTS, [Group(rows=rows)], caption="Requests and answers by step")
        if rows
        else page.note("No request was recorded.", warning=True)
    ]
    if ran != measured.job.duration:
        parts.append(page.note(f"Requests were made in {ran:.1f} s: per second is of these."))
    parts += [page.note(f"In no figure: {text}.") for text in left_out.in_words(measured.summaries)]
    return Section(anchor="requests", title="Requests", body=page.joined(parts))


def latency(measured: Measurements) -> Section:
    """Percentiles of each series: the response time, what a customer waits, before the other clocks."""
    names = [f"p{quantile:g}" for quantile in QUANTILES]
    columns = [Column(title="Series"), Column(title="Clock")]
    columns += [Column(title=title, numeric=True) for title in ("Count", *names, "longest")]
    rows = list(_times(measured, names))
    body: Markup = (
        page.table(columns, [Group(rows=rows)], caption="Times by series and clock")
        if rows
        else page.note("No time was measured.", warning=True)
    )
    return Section(anchor="latency", title="Latency", body=body)


def _times(measured: Measurements, names: list[str]) -> Iterator[Row]:
    for series in measured.series:
        for clock, figures in latencies(measured, series).items():
            times = (precise(figures[name] / 1000) for name in (*names, "max"))
            first = series if clock == Clock.RESPONSE else ""
            yield Row(cells=(first, clock, f"{figures['count']:,.0f}", *times))
