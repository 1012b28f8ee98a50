"""Everything that was judged: what was promised, what was seen; broken things first."""

from __future__ import annotations

from foundation import page
from foundation.page import Column, Group, Row, Section
from foundation.verdict import Finding, Weight
from peakproof.report.objectives import objective_of
from peakproof.results import Results

TITLES = {
    Weight.CONSERVATION: "Conservation: is every promised order there, once, as promised",
    Weight.OBJECTIVE: "Objectives: what the plan and the definition promise",
    Weight.VALIDITY: "Validity: was the load what it claims to be",
}
COLUMNS = (
    Column(title="Checked"), Column(title="Result"), Column(title="Observed"), Column(title="Expected"),
    Column(title="Remark"),
)  # fmt: skip


def section(results: Results) -> Section:
    groups = [
        Group(title=title, rows=[_row(finding) for finding in _sorted(results, weight)])
        for weight, title in TITLES.items()
    ]
    groups = sorted((group for group in groups if group.rows), key=lambda group: not _broken(group))
    body = (
        page.table(COLUMNS, groups, caption="What was judged, and whether it holds")
        if groups
        else page.note("Nothing was judged: the rehearsal did not come that far.", warning=True)
    )
    return Section(anchor="findings", title="What was judged", body=body)


def _sorted(results: Results, weight: Weight) -> list[Finding]:
    found = [finding for finding in results.verdict.findings if finding.weight is weight]
    return sorted(found, key=lambda finding: finding.holds)


def _broken(group: Group) -> bool:
    return any(row.bad for row in group.rows)


def _row(finding: Finding) -> Row:
    checked, expected = _promise(finding)
    result = page.mark("holds" if finding.holds else "broken", holds=finding.holds)
    return Row(cells=(checked, result, finding.observed, expected, finding.reason), bad=not finding.holds)


def _promise(finding: Finding) -> tuple[str, str]:
    """What was checked and what was expected of it; an objective's one expression says both."""
    objective = objective_of(finding)
    if objective is None:
        return finding.name, finding.expected
    checked = objective.subject + objective.exclusion
    return checked, str(objective).removeprefix(objective.subject).removesuffix(objective.exclusion).strip()
