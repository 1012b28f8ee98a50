"""The verdict in a sentence, what was judged, and what failed."""

from __future__ import annotations

from markupsafe import Markup

from foundation import page
from foundation.page import Column, Group, Row, Section
from foundation.units import in_words
from foundation.verdict import Status, Verdict, Weight
from loadtests.judging.measurements import FirstFailure, Measurements
from loadtests.planning.locustfile import CLOSED
from loadtests.report.words import rate

_TITLES = {
    Weight.CONSERVATION: "Conservation",
    Weight.OBJECTIVE: "Objectives",
    Weight.VALIDITY: "Validity: was the load what it claims to be",
}


def headline(measured: Measurements, verdict: Verdict) -> Section:
    job, total = measured.job, measured.totals(measured.job.main)
    counted = "requests were sent" if job.closed else "journeys were due"
    done = (
        f"{job.main}, {rate(measured)} for {in_words(job.duration)}: {total.wanted:,} {counted}, "
        f"{total.completed:,} ended well" + (f", {total.refused:,} were refused" if total.refused else "")
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


def section(verdict: Verdict) -> Section:
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


def failures(measured: Measurements) -> Section:
    if not measured.failures:
        return Section(anchor="failures", title="Failures", body=page.note("No journey failed."))
    columns = [Column(title="Failure"), Column(title="Journey"), Column(title="Count", numeric=True),
               Column(title="First in second", numeric=True)]  # fmt: skip
    rows = [Row(cells=(f.kind, f.journey, f"{f.count:,}", str(f.second))) for f in measured.failures]
    table = page.table(columns, [Group(rows=rows)], caption="Failures by kind")
    note = page.note("The first traceback of each kind is in errors.json.")
    shown = (part for each in measured.failures if each.answer for part in _answered(each))
    return Section(anchor="failures", title="Failures", body=page.joined([table, note, *shown]))


def _answered(failure: FirstFailure) -> tuple[Markup, Markup]:
    """What the platform had answered before the first failure of a kind, secrets blanked."""
    return page.heading(f"The answer before: {failure.kind}"), page.fragment(
        "command.html", command=failure.answer
    )
