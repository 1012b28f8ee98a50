"""The report of a load test: one HTML page from measurements and verdict. Pure; no rehearsals here."""

from __future__ import annotations

from collections.abc import Sequence

from foundation import page
from foundation.slo import Objective
from foundation.verdict import Verdict
from loadtests.judging.measurements import Measurements
from loadtests.report import charts, findings, repeat, steps, wrong

FILE = "index.html"


def html(
    measured: Measurements, verdict: Verdict, promised: Sequence[Objective] = (), command: str = ""
) -> str:
    """The whole page: what was promised first, then what explains it, then how to repeat it.

    `command` is what was typed.
    """
    job = measured.job
    sections = [
        findings.headline(measured, verdict),
        findings.section(verdict),
        steps.requests(measured),
        wrong.errors(measured),
        *wrong.checked(measured),
        charts.section(measured, promised),
        steps.latency(measured),
        findings.failures(measured),
        repeat.section(measured, command),
    ]
    return page.html(
        f"{verdict.status}: load on {job.target}",
        sections,
        header=("Peakproof load test", job.target, job.run),
        footer=(f"Run {job.run}", "histograms, counters and the ledger are in the folders beside this page"),
    )
