"""The report of a load test: one HTML page from measurements and verdict. Pure; no rehearsals here."""

from __future__ import annotations

import math

from markupsafe import Markup

from foundation import charts, page
from foundation.charts import Chart, Limit, Scale, Series, Shape
from foundation.page import Column, Group, Row, Section
from foundation.slo import Objective
from foundation.units import in_words
from foundation.verdict import Status, Verdict, Weight
from loadtests import left_out
from loadtests.job import Job
from loadtests.latency_log import Clock
from loadtests.locustfile import CLOSED, Locust
from loadtests.measurements import Measurements
from loadtests.objectives import latency_guard, precise
from loadtests.results import QUANTILES, latencies

FILE = "index.html"
MOST_POINTS = 600  # more cannot be told apart on any screen
_TITLES = {
    Weight.CONSERVATION: "Conservation",
    Weight.VALIDITY: "Validity: was the load what it claims to be",
    Weight.OBJECTIVE: "Objectives",
}


def html(measured: Measurements, verdict: Verdict, promised: tuple[Objective, ...] = ()) -> str:
    """The whole page."""
    job = measured.job
    sections = [
        _headline(measured, verdict),
        _findings(verdict),
        _over_time(measured, promised),
        _latency(measured),
        _failures(measured),
        _repeat(measured),
    ]
    return page.html(
        f"{verdict.status}: load on {job.target}",
        sections,
        header=("Peakproof load test", job.target, job.run),
        footer=(f"Run {job.run}", "histograms, counters and the ledger are in the folders beside this page"),
    )


def _headline(measured: Measurements, verdict: Verdict) -> Section:
    job, total = measured.job, measured.totals(measured.job.main)
    counted = "requests were sent" if job.closed else "journeys were due"
    done = (
        f"{job.main}, {_rate(measured)} for {in_words(job.duration)}: {total.wanted:,} {counted}, "
        f"{total.completed:,} ended well"
    )
    invalid = next((f for f in verdict.broken if f.weight is Weight.VALIDITY), None)
    missed = len(verdict.broken)
    sentence = f"{done}; {missed} of {len(verdict.findings)} checks do not hold." if missed else f"{done}."
    if verdict.status is Status.INVALID and invalid:
        sentence = f"This run proves nothing: {invalid.reason or invalid.observed}. {done}."
    body = page.fragment("verdict.html", status=verdict.status, sentence=sentence, bound=_model(measured))
    return Section(anchor="verdict", title="", body=body)


def _model(measured: Measurements) -> str:
    return f"{CLOSED[:1].upper()}{CLOSED[1:]}." if measured.job.closed else ""


def _rate(measured: Measurements) -> str:
    job = measured.job
    if job.locust is not None and job.closed:
        return f"{job.locust.users:,} users"
    return f"{job.rate:g}/s" if job.profile == "constant" else f"{job.profile} with up to {job.rate:g}/s"


def _findings(verdict: Verdict) -> Section:
    columns = [Column(title=title) for title in ("Checked", "Result", "Observed", "Expected", "Remark")]
    groups = [
        Group(
            title=title,
            rows=[
                Row(
                    cells=(
                        f.name,
                        page.mark("holds" if f.holds else "broken", holds=f.holds),
                        f.observed,
                        "" if f.expected == f.name else f.expected,
                        f.reason,
                    ),
                    bad=not f.holds,
                )
                for f in sorted(verdict.findings, key=lambda f: f.holds)
                if f.weight is weight
            ],
        )
        for weight, title in _TITLES.items()
    ]
    body = page.table(columns, [g for g in groups if g.rows], caption="What was judged, and whether it holds")
    return Section(anchor="findings", title="What was judged", body=body)


def _over_time(measured: Measurements, promised: tuple[Objective, ...]) -> Section:
    width = max(1, math.ceil(len(measured.seconds) / MOST_POINTS))
    figures = [_arrivals(measured, width), _response(measured, width, promised), _errors(measured, width)]
    due = "a request was sent" if measured.job.closed else "a journey was due"
    note = page.note(f"By the second in which {due}, whenever it was answered.{_not_drawn(measured)}")
    body = page.joined([note, *(charts.figure(figure) for figure in figures)])
    return Section(anchor="charts", title="Over time", body=body)


def _not_drawn(measured: Measurements) -> str:
    """What is due after the load's last second has no place on its time axis."""
    later = measured.judged[len(measured.seconds) :]
    steps = sum(
        found[second].total
        for (series, clock), found in measured.histograms.items()
        if clock is Clock.RESPONSE and "/" in series
        for second in later
        if second in found
    )
    return f" {steps:,} steps that were due after the end are in the tables and objectives." if steps else ""


def _arrivals(measured: Measurements, width: int) -> Chart:
    main = measured.job.main
    if measured.job.closed:
        return _requests(measured, width)
    return Chart(
        anchor="chart-arrivals", title="Arrivals", unit=f"{main} per second",
        description="Arrivals wanted by the schedule, arrivals sent, and journeys that ended well.",
        extent=float(len(measured.seconds)), interval=width,
        series=[
            _counted(measured, "wanted", "wanted by the schedule", "quiet", Shape.STEP, width),
            _counted(measured, "dispatched", "sent", "main", Shape.STEP, width),
            _counted(measured, "completed", "ended well", "low", Shape.LINE, width),
        ],
    )  # fmt: skip


def _requests(measured: Measurements, width: int) -> Chart:
    """Of a closed load nothing was wanted by a schedule."""
    return Chart(
        anchor="chart-arrivals", title="Requests", unit=f"{measured.job.main} per second",
        description="Requests that users sent, and those that ended well.",
        extent=float(len(measured.seconds)), interval=width,
        series=[
            _counted(measured, "dispatched", "sent", "main", Shape.STEP, width),
            _counted(measured, "completed", "ended well", "low", Shape.LINE, width),
        ],
    )  # fmt: skip


def _response(measured: Measurements, width: int, promised: tuple[Objective, ...]) -> Chart:
    guard = latency_guard(promised, measured.job.main)
    drawn = (guard.series if guard else None) or measured.job.main
    points = measured.over_time(drawn, (50, 95, 99), width=width)
    starts = range(0, len(measured.seconds), width)
    return Chart(
        anchor="chart-latency", title="Response time", unit=f"{drawn}, ms, logarithmic",
        description=f"Response times of {drawn}: median, p95 and p99, from when it was due.",
        extent=float(len(measured.seconds)), interval=width, scale=Scale.LOG,
        series=[
            Series(name=name, tone=tone, values=[points[s][i] * 1e3 if s in points else None for s in starts])
            for i, (name, tone) in enumerate((("p50", "low"), ("p95", "middle"), ("p99", "high")))
        ],
        limits=[Limit(value=guard.limit * 1000, label=str(guard))] if guard else [],
    )  # fmt: skip


def _errors(measured: Measurements, width: int) -> Chart:
    wrong = _counted(measured, "attempt_errors", "requests that went wrong", "doubtful", Shape.BARS, width)
    if measured.job.closed:
        return Chart(
            anchor="chart-errors", title="Errors", unit="per second", description="Requests that went wrong.",
            extent=float(len(measured.seconds)), interval=width, empty="not one error", series=[wrong],
        )  # fmt: skip
    return Chart(
        anchor="chart-errors", title="Errors", unit="per second",
        description="Requests that went wrong, journeys that failed for good, were shed, were turned away.",
        extent=float(len(measured.seconds)), interval=width, empty="not one error",
        series=[
            wrong,
            _counted(measured, "errors", "journeys that failed", "bad", Shape.BARS, width),
            _counted(measured, "shed", "shed by the platform", "middle", Shape.BARS, width),
            _counted(measured, "turned_away", "turned away", "high", Shape.BARS, width),
        ],
    )  # fmt: skip


def _counted(measured: Measurements, counter: str, name: str, tone: str, shape: Shape, width: int) -> Series:
    counts = [*measured.count(measured.job.main, counter).values()]
    groups = [counts[start : start + width] for start in range(0, len(counts), width)]
    return Series(name=name, tone=tone, shape=shape, values=[sum(group) / len(group) for group in groups])


def _latency(measured: Measurements) -> Section:
    names = [f"p{quantile:g}" for quantile in QUANTILES]
    columns = [Column(title="Series"), Column(title="Clock")]
    columns += [Column(title=title, numeric=True) for title in ("Count", *names, "longest")]
    rows = [
        Row(cells=(
            series, clock, f"{figures['count']:,.0f}",
            *(precise(figures[name] / 1000) for name in (*names, "max")),
        ))
        for series in measured.series
        for clock, figures in latencies(measured, series).items()
    ]  # fmt: skip
    body: Markup = (
        page.table(columns, [Group(rows=rows)], caption="Times by series and clock")
        if rows
        else page.note("No time was measured.", warning=True)
    )
    without = [page.note(f"In no figure: {text}.") for text in left_out.in_words(measured.summaries)]
    return Section(anchor="latency", title="Latency", body=page.joined([body, *without]))


def _failures(measured: Measurements) -> Section:
    if not measured.failures:
        return Section(anchor="failures", title="Failures", body=page.note("No journey failed."))
    columns = [Column(title="Failure"), Column(title="Journey"), Column(title="Count", numeric=True),
               Column(title="First in second", numeric=True)]  # fmt: skip
    rows = [Row(cells=(f.kind, f.journey, f"{f.count:,}", str(f.second))) for f in measured.failures]
    table = page.table(columns, [Group(rows=rows)], caption="Failures by kind")
    note = page.note("The first traceback of each kind is in errors.json.")
    return Section(anchor="failures", title="Failures", body=page.joined([table, note]))


def _repeat(measured: Measurements) -> Section:
    job = measured.job
    schedule = sorted({found.schedule for found in measured.summaries})
    if job.locust is not None and job.closed:
        return Section(anchor="repeat", title="To repeat it", body=page.facts(_closed(job, job.locust)))
    values = {
        "Target": page.code(job.target),
        "Journeys": ", ".join(f"{s.journey} x {s.ratio:g}" for s in job.streams),
        "Profile": _rate(measured),
        "Seed": str(job.seed),
        "Schedule": page.code(", ".join(schedule) or "not known"),
        "Processes": str(job.processes),
    }
    return Section(anchor="repeat", title="To repeat it", body=page.facts(values))


def _closed(job: Job, driven: Locust) -> dict[str, str | Markup]:
    return {
        "Target": page.code(job.target),
        "Locustfile": page.code(job.journeys),
        "Users": f"{driven.users:,}, started at {driven.spawn_rate:g}/s",
        "Locust's options": page.code(" ".join(driven.arguments)) if driven.arguments else "none",
        "Duration": in_words(job.duration),
        "Processes": str(job.processes),
    }
