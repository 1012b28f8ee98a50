"""Beside a rehearsal's measurements stands the page of its load, with every step."""

from __future__ import annotations

from pathlib import Path

import pytest

from peakproof import report
from peakproof.results import MEASUREMENTS
from tests.loadtests.judging.test_measurements import folder
from tests.peakproof.report import reading, samples


@pytest.fixture
def page(tmp_path: Path) -> str:
    folder(tmp_path / MEASUREMENTS)
    report.write(samples.lost_orders(), tmp_path)
    return (tmp_path / MEASUREMENTS / "index.html").read_text()


def test_it_has_requests_charts_and_times_of_every_step(page: str) -> None:
    sections = {section.get("id") for section in reading.tree(page).iter("section")}
    assert {"requests", "charts", "latency", "failures", "repeat"} <= sections


def test_it_has_the_rehearsals_verdict_command_and_folder(page: str, tmp_path: Path) -> None:
    assert "FAIL: load on http://127.0.0.1:1" in page
    assert samples.lost_orders().command in page
    assert str(tmp_path / MEASUREMENTS) in page


def test_where_no_load_was_measured_there_is_none(tmp_path: Path) -> None:
    report.write(samples.interrupted(), tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["index.html", "results.json"]


def test_the_rehearsals_page_says_where_it_is() -> None:
    assert "load/index.html beside this page" in report.html(samples.passed())
