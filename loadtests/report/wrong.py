"""What went wrong for good, by step and over all journeys, and what was checked of answers."""

from __future__ import annotations

from collections.abc import Mapping

from foundation import page, slo
from foundation.page import Column, Group, Row, Section
from loadtests.judging.measurements import Measurements
from loadtests.showing import results

_ERRORS = (
    Column(title="Of"), Column(title="Wanted", numeric=True), Column(title="Errors", numeric=True),
    Column(title="Shed", numeric=True), Column(title="Turned away", numeric=True),
    Column(title="Refused", numeric=True), Column(title="Share", numeric=True),
)  # fmt: skip
_CHECKS = (
    Column(title="Journey"), Column(title="Check"), Column(title="Held", numeric=True),
    Column(title="Failed", numeric=True),
)  # fmt: skip


def errors(measured: Measurements) -> Section:
    """All journeys together, then each with its steps."""
    found = results.errors(measured)
    rows = [
        Row(cells=_cells("all journeys" if name == slo.ALL else name, each), bad=each["share"] > 0)
        for name, each in found.items()
    ]
    table = page.table(_ERRORS, [Group(rows=rows)], caption="Errors by journey and step")
    note = page.note("A step that is repeated and answered in the end is no error; a refusal is none either.")
    return Section(anchor="errors", title="Errors", body=page.joined([table, note]))


def _cells(name: str, found: Mapping[str, float]) -> tuple[str, ...]:
    counts = ("wanted", "errors", "shed", "turned_away", "refused")
    return name, *(f"{found[count]:,.0f}" for count in counts), f"{found['share']:.3%}"


def checked(measured: Measurements) -> list[Section]:
    """Every check by its name, those that failed first; no section where nothing was checked."""
    named = [(journey, what, each) for journey, of in measured.checks.items() for what, each in of.items()]
    rows = [
        Row(cells=(journey, what, f"{each.held:,}", f"{each.failed:,}"), bad=each.failed > 0)
        for journey, what, each in sorted(named, key=lambda row: -row[2].failed)
    ]
    if not rows:
        return []
    table = page.table(_CHECKS, [Group(rows=rows)], caption="Checks of answers, by name")
    return [Section(anchor="checks", title="Checks", body=table)]
