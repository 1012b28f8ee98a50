"""Skipped tests: which there were, which were to be expected, and the table of both. Only reads reports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml


@dataclass(frozen=True, kw_only=True)
class Skip:
    """A test that did not run, and what it gave as its reason."""

    test: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Skips that are in order: both regular expressions must be found; `because` is for readers."""

    test: str
    reason: str
    because: str

    def covers(self, skip: Skip) -> bool:
        return bool(re.search(self.test, skip.test) and re.search(self.reason, skip.reason))


def expected(root: Path) -> list[Expected]:
    """The list of expected skips in tests/expected_skips.yaml."""
    return [
        Expected(**entry) for entry in yaml.safe_load((root / "tests/expected_skips.yaml").read_text()) or ()
    ]


def reports(reporter: pytest.TerminalReporter) -> Iterator[pytest.TestReport]:
    """Every phase of every test that has ended."""
    for outcome in ("passed", "failed", "skipped", "error", ""):
        yield from (
            report for report in reporter.stats.get(outcome, ()) if isinstance(report, pytest.TestReport)
        )


def seen(reporter: pytest.TerminalReporter) -> list[Skip]:
    """The skips of this run, of single tests and of whole modules."""
    return [Skip(test=report.nodeid, reason=_reason(report)) for report in reporter.stats.get("skipped", ())]


def unexpected(skips: Sequence[Skip], allowed: Sequence[Expected]) -> list[Skip]:
    """The skips that nobody has listed."""
    return [skip for skip in skips if not any(entry.covers(skip) for entry in allowed)]


def table(skips: Sequence[Skip], allowed: Sequence[Expected]) -> list[str]:
    """One line a skip, the unexpected ones last and loud."""
    bad = unexpected(skips, allowed)
    fine = [skip for skip in skips if skip not in bad]
    width = max((len(skip.test) for skip in skips), default=0)
    return [
        *(f"expected      {skip.test:{width}}  {skip.reason}" for skip in fine),
        *(f"NOT EXPECTED  {skip.test:{width}}  {skip.reason}" for skip in bad),
        *(["the run fails: list these in tests/expected_skips.yaml, or make them run"] if bad else []),
    ]


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    longrepr = report.longrepr
    text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return text.removeprefix("Skipped: ")
