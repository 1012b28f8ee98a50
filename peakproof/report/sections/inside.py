"""Inside the platform while the load ran: what was used up first, who used what, what waited."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from foundation import charts, page
from foundation.charts import Chart, Limit, Series
from foundation.page import Column, Group, Row, Section
from foundation.slo import Metric
from peakproof.inside import told
from peakproof.report import words
from peakproof.report.objectives import objectives
from peakproof.report.sections.charts import MOST_POINTS, bands_of
from peakproof.results import DelayFigures, GaugeFigures, Inside, Load, Results
from peakproof.telemetry.saturation import Resource

TONES = ("main", "second", "third", "fourth")
"""Of the services that used the processors most; the others are one line, "others"."""
MOST_RESOURCES = 10
"""Rows of the table; all are in results.json."""
_WAITING = {"outbox lag": "second", "queue age": "main"}


def section(results: Results) -> Section:
    inside, load = results.inside, results.load
    if inside is None or load is None:
        body = page.note("Nothing was seen of the inside: no load was measured.", warning=True)
        return Section(anchor="inside", title="Inside the platform", body=body)
    parts = [page.note(f"Used up first: {told(inside)}. This explains the verdict and decides nothing.")]
    parts += [charts.figure(chart) for chart in _charts(results, load, inside)]
    parts += [*_tables(inside)]
    parts.append(page.note(_cost(inside)))
    return Section(anchor="inside", title="Inside the platform", body=page.joined(parts))


def _cost(inside: Inside) -> str:
    looked = f"{words.plural(inside.samples, 'look')} from outside the nodes, one a second"
    return f"{looked}; looking took {inside.cost:.1%} of a core."


def _charts(results: Results, load: Load, inside: Inside) -> Iterator[Chart]:
    if inside.services:
        yield _processors(results, load, inside)
    if inside.delays or inside.gauges:
        yield _waiting(results, load, inside)


def _processors(results: Results, load: Load, inside: Inside) -> Chart:
    by_use = sorted(inside.services, key=lambda name: -_sum(inside.services[name]))
    most, others = by_use[: len(TONES)], by_use[len(TONES) :]
    lines = [(name, tone, inside.services[name]) for name, tone in zip(most, TONES, strict=False)]
    rest = [[*at] for at in zip(*(inside.services[name] for name in others), strict=True)]
    if rest:
        lines.append(("others", "quiet", tuple(_total(at) for at in rest)))
    width = _width(load)
    return Chart(
        anchor="chart-cores", title="Processors", unit="cores",
        description="Cores that each service used: "
        + ", ".join(f"{name} {_mean(inside.services[name]):.2f} on average" for name in most) + ".",
        extent=max(load.duration, float(len(load.seconds))), interval=width, bands=bands_of(results, load),
        series=[Series(name=name, tone=tone, values=_worst(values, width)) for name, tone, values in lines],
    )  # fmt: skip


def _waiting(results: Results, load: Load, inside: Inside) -> Chart:
    width = _width(load)
    series = [
        Series(name=f"{each.name}, p99", tone="third", values=_worst(_in_seconds(each), width))
        for each in inside.delays
    ]
    series += [
        Series(name=each.name, tone=_WAITING.get(each.name, "fourth"), values=_worst(each.seconds, width))
        for each in inside.gauges
    ]
    limits = [
        Limit(value=objective.limit, label=str(objective))
        for _, objective in objectives(results)
        if objective.metric in (Metric.DELAY, Metric.QUEUE_AGE, Metric.OUTBOX_LAG)
    ]
    return Chart(
        anchor="chart-waiting", title="Behind the API", unit="s",
        description="How long orders took behind the API, by the second in which they began, and how long "
        "the oldest had waited in the outbox and in the queue.",
        extent=max(load.duration, float(len(load.seconds))), interval=width, bands=bands_of(results, load),
        series=series, limits=_near(limits, series), empty="nothing waited",
    )  # fmt: skip


def _near(limits: Sequence[Limit], series: Sequence[Series]) -> list[Limit]:
    """Limits that can be drawn without pressing everything else to the bottom."""
    most = max((value for each in series for value in each.values if value is not None), default=0.0)
    return [limit for limit in limits if limit.value <= 4 * most]


def _in_seconds(delays: DelayFigures) -> list[float | None]:
    return [None if each is None else each / 1000 for each in delays.seconds]


def _tables(inside: Inside) -> Iterator[Markup]:
    if inside.delays or inside.gauges:
        yield _waited(inside.delays, inside.gauges)
    if inside.resources:
        yield _resources(inside)
    if inside.statements:
        columns = (Column(title="Statement"), Column(title="Share of working sessions", numeric=True))
        rows = [Row(cells=(page.code(s.statement), words.share(s.share, 1))) for s in inside.statements]
        yield page.table(columns, [Group(rows=rows)], caption="What the database's sessions worked on")
    if inside.machine:
        yield page.facts(dict(inside.machine))


def _waited(delays: Sequence[DelayFigures], gauges: Sequence[GaugeFigures]) -> Markup:
    titles = ("p50", "p95", "p99", "longest", "never")
    columns = [Column(title="What"), Column(title="Orders", numeric=True)]
    columns += [Column(title=title, numeric=True) for title in titles]
    rows = [Row(cells=(each.name, words.count(each.count), *_times(each))) for each in delays]
    rows += [Row(cells=(each.name, "", "", "", "", words.seconds(each.longest), "")) for each in gauges]
    return page.table(columns, [Group(rows=rows)], caption="Behind the API: how long it took, what waited")


def _times(each: DelayFigures) -> list[str]:
    times = [_ms(value) for value in (each.p50, each.p95, each.p99, each.longest)]
    return [*times, words.count(each.never)]


def _ms(value: float | None) -> str:
    return "never" if value is None else words.milliseconds(value)


def _resources(inside: Inside) -> Markup:
    columns = (
        Column(title="Resource"), Column(title="Mean", numeric=True), Column(title="Highest", numeric=True),
        Column(title="Used up from"), Column(title="Seen"),
    )  # fmt: skip
    rows = [
        Row(
            cells=(
                each.name,
                *(_share(each.name, value) for value in (each.mean, each.highest)),
                "" if each.saturated_at is None else words.seconds(each.saturated_at),
                each.evidence,
            ),
            bad=each.saturated_at is not None,
        )
        for each in _chosen(inside.resources)
    ]
    return page.table(columns, [Group(rows=rows)], caption="Resources, and whether they were used up")


def _chosen(found: Sequence[Resource]) -> list[Resource]:
    """Those that were used up, in their order in time, then the busiest: what is idle explains nothing."""
    full = sorted(
        (each for each in found if each.saturated_at is not None), key=lambda each: each.saturated_at or 0
    )
    rest = [each for each in found if each.saturated_at is None and each.name not in _WAITING]
    return [*full, *sorted(rest, key=lambda each: -each.highest)[: max(MOST_RESOURCES - len(full), 0)]]


def _share(name: str, value: float) -> str:
    return words.seconds(value) if name in _WAITING else words.share(value, 1)


def _width(load: Load) -> int:
    return max(1, math.ceil(len(load.seconds) / MOST_POINTS))


def _worst(values: Sequence[float | None], width: int) -> list[float | None]:
    parts = [values[start : start + width] for start in range(0, len(values), width)]
    return [max((value for value in part if value is not None), default=None) for part in parts]


def _total(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _sum(values: Sequence[float | None]) -> float:
    return _total(values) or 0.0


def _mean(values: Sequence[float | None]) -> float:
    return _sum(values) / max(sum(value is not None for value in values), 1)
