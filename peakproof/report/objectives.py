"""Which of a verdict's findings are about an objective, read back as what was promised. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from foundation import slo
from foundation.slo import Objective
from foundation.verdict import Finding, Weight
from peakproof.results import Results


def objectives(results: Results) -> Iterator[tuple[Finding, Objective]]:
    """Each such finding with its objective; a finding that is not written as one is left out."""
    for finding in results.verdict.findings:
        objective = objective_of(finding)
        if objective is not None:
            yield finding, objective


def objective_of(finding: Finding) -> Objective | None:
    """The objective that a finding is about, or None."""
    if finding.weight is not Weight.OBJECTIVE:
        return None
    try:
        return slo.parse(finding.expected)
    except slo.ObjectiveError:
        return None
