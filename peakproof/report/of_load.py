"""The page of the load alone, beside its measurements: of every step what the rehearsal has no room for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from foundation.errors import InputError
from loadtests import report
from loadtests.judging import measurements
from peakproof.report.objectives import objectives
from peakproof.results import Results


def write(results: Results, folder: Path) -> None:
    """Writes it with the rehearsal's verdict; nothing where no load was measured. Raises OSError."""
    try:
        measured = measurements.read(folder)
    except InputError:
        return
    here = replace(measured, job=replace(measured.job, output=str(folder)))  # not the generator's own path
    promised = [objective for _, objective in objectives(results)]
    page = report.html(here, results.verdict, promised, results.command)
    (folder / report.FILE).write_text(page, encoding="utf-8")
