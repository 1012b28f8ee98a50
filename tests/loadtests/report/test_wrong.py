"""Errors by step and over all journeys, and checks by name: those that failed come first."""

from __future__ import annotations

import re
from dataclasses import replace

from foundation.page import Section
from loadtests.judging.measurements import Measurements
from loadtests.recording.checks import Checked
from loadtests.recording.counters import Counters
from loadtests.report import wrong
from tests.loadtests import made


def rows(section: Section) -> list[str]:
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", str(section.body), re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in found][1:]


def with_steps() -> Measurements:
    steps = {"order/place": {0: Counters(done=600, errors=6, refused=2, attempts=700)}}
    return replace(made.measurements(), steps=steps)


def test_all_journeys_come_before_each_and_its_steps() -> None:
    assert rows(wrong.errors(with_steps())) == [
        "all journeys 600 0 0 0 0 0.000%",
        "order 600 0 0 0 0 0.000%",
        "order/place 600 6 0 0 2 1.000%",
    ]


def test_checks_that_failed_come_first() -> None:
    found = {"order": {"the price": Checked(held=9), "the product": Checked(held=8, failed=1)}}
    (section,) = wrong.checked(made.measurements(summaries=(replace(made.summary(), checks=found),)))
    assert rows(section) == ["order the product 8 1", "order the price 9 0"]


def test_where_nothing_was_checked_nothing_is_said() -> None:
    assert wrong.checked(made.measurements()) == []
