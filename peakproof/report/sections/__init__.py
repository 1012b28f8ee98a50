"""The sections of the report in their order, pure functions of the one result; None: nothing to tell."""

from __future__ import annotations

from collections.abc import Callable

from foundation.page import Section
from peakproof.report.sections import (
    capacity,
    charts,
    conservation,
    environment,
    faults,
    findings,
    headline,
    inside,
    latency,
    repeat,
)
from peakproof.results import Results

SECTIONS: tuple[Callable[[Results], Section | None], ...] = (
    headline.section,
    charts.section,
    findings.section,
    inside.section,
    capacity.section,
    conservation.section,
    faults.section,
    latency.section,
    environment.section,
    repeat.section,
)
