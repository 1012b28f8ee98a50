"""Tables of steps: requests, what went wrong, the answers by status; the response time comes first."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from foundation.page import Section
from loadtests.judging.measurements import Measurements
from loadtests.recording import left_out
from loadtests.recording.answers import Answers
from loadtests.recording.latency_log import Clock
from loadtests.report import steps
from tests.loadtests import made

ANSWERS = {
    "order/place": Answers(by_status=Counter({"201": 594, "no answer": 3, "503": 3}), wrong=6),
    "look/page": Answers(by_status=Counter({"200": 3_000}), wrong=0),
}


def rows(section: Section) -> list[list[str]]:
    """The words of each cell of each row."""
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", str(section.body), re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in found]
    return [[re.sub("<[^>]+>", "", cell).strip() for cell in row] for row in cells if row]


def answered(**more: object) -> Measurements:
    return made.measurements(summaries=(replace(made.summary(), answers=ANSWERS, **more),))  # type: ignore[arg-type]


def test_each_step_has_its_requests_a_second_failures_in_percent_and_answers() -> None:
    section = steps.requests(answered())
    assert rows(section) == [
        ["look/page", "3,000", "50", "0.00%", "200 x 3,000"],
        ["order/place", "600", "10", "1.00%", "201 x 594, no answer x 3, 503 x 3"],
    ]
    assert str(section.body).count('class="bad"') == 1


def test_the_requests_of_all_workers_are_one_row() -> None:
    (one,) = answered().summaries
    assert rows(steps.requests(replace(answered(), summaries=(one, one))))[0][1] == "6,000"


def test_what_is_in_no_figure_stands_below() -> None:
    section = steps.requests(answered(left_out={left_out.ON_START: 64}))
    assert f"In no figure: 64 {left_out.ON_START}." in str(section.body)


def test_a_run_without_requests_says_so() -> None:
    assert "No request was recorded." in str(steps.requests(made.measurements()).body)


def test_the_response_time_is_the_first_line_of_a_series() -> None:
    clocks = [row[1] for row in rows(steps.latency(made.measurements()))]
    assert clocks == [Clock.RESPONSE, Clock.DISPATCH]
    assert [row[0] for row in rows(steps.latency(made.measurements()))] == ["order", ""]


def test_a_run_without_times_says_so() -> None:
    empty = replace(made.measurements(), histograms={})
    assert "No time was measured." in str(steps.latency(empty).body)
