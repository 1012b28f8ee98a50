"""What a load test leaves behind: each file is a pure function of how the load ended; one more is a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from foundation.errors import Unavailable
from foundation.slo import Objective
from foundation.verdict import Verdict
from loadtests import report
from loadtests.judging.measurements import Measurements
from loadtests.showing import figures
from loadtests.showing import junit as junit_xml


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a load ended. `command` is what was typed, so that it can be repeated."""

    measured: Measurements
    verdict: Verdict
    promised: Sequence[Objective]
    command: str


class Output(Protocol):
    """The text of one file."""

    def __call__(self, ended: Ended) -> str: ...


def page(ended: Ended) -> str:
    """The report, one HTML file."""
    return report.html(ended.measured, ended.verdict, ended.promised, ended.command)


def series(ended: Ended) -> str:
    """A line for each series, as CSV."""
    return figures.series(ended.measured)


def seconds(ended: Ended) -> str:
    """A line for each second and series, as CSV."""
    return figures.seconds(ended.measured)


def junit(ended: Ended) -> str:
    """The verdict for a build server."""
    return junit_xml.document(ended.measured, ended.verdict)


FILES: Mapping[str, Output] = {report.FILE: page, figures.SERIES: series, figures.SECONDS: seconds}
"""What stands in the folder of every run."""


def write(ended: Ended, folder: Path, junit_file: Path | None = None) -> None:
    """Writes all files of a run. Raises Unavailable: no such folder, a full disk."""
    for name, output in FILES.items():
        _written(folder / name, output(ended))
    if junit_file is not None:
        _written(junit_file, junit(ended))


def _written(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"cannot be written: {error.strerror}", where=str(path)) from error
