"""The report of a rehearsal: index.html for people and results.json for machines, both from one Results."""

from __future__ import annotations

import os
from pathlib import Path

from foundation import page
from peakproof import results as values
from peakproof.report import of_load, words
from peakproof.report.sections import SECTIONS
from peakproof.results import Results

PAGE = "index.html"


def write(results: Results, folder: Path) -> Path:
    """Writes both files, each in one step, and the page of the load; returns the page's path.

    Raises OSError (disk full).
    """
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / values.FILE, values.to_json(results))  # first: evidence must outlive a bug in a section
    _replace(folder / PAGE, html(results))
    of_load.write(results, folder / values.MEASUREMENTS)
    return folder / PAGE


def html(results: Results) -> str:
    """The page. Pure."""
    status = str(results.verdict.status)
    return page.html(
        f"{status}: rehearsal of season {results.season}",
        [found for section in SECTIONS if (found := section(results)) is not None],
        header=(
            "Peakproof rehearsal",
            f"season {results.season}",
            words.moment(results.started),
            results.run,
        ),
        footer=(
            f"Run {results.run}",
            f"every figure of this page is in {values.FILE} beside it",
            f"peakproof {results.versions.get('peakproof', 'of unknown version')}",
        ),
    )


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
