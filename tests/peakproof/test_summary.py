"""The end of a rehearsal on the terminal: what broke, then what was promised, then the bookkeeping."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from peakproof import summary
from peakproof.results import Results
from tests.peakproof.report import samples


def shown(results: Results) -> str:
    written = io.StringIO()
    summary.show(Console(file=written, width=160), results, Path("report/index.html"))
    return written.getvalue()


def test_what_was_promised_comes_before_the_bookkeeping() -> None:
    told = shown(samples.passed())
    assert 0 < told.index("order conservation") < told.index("errors") < told.index("arrivals on time")


def test_what_broke_comes_first() -> None:
    told = shown(samples.late_generator())
    assert told.index("arrivals on time") < told.index("order conservation")


def test_what_could_not_be_taken_down_is_told() -> None:
    told = shown(replace(samples.passed(), left=("laptop is not all gone: a guest is in its network",)))
    assert "left behind: laptop is not all gone: a guest is in its network" in told
