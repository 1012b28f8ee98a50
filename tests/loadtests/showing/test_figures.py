"""Figures as CSV say what the report says, and are read by any spreadsheet."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace

from loadtests.recording.answers import Answers
from loadtests.recording.counters import Counters
from loadtests.recording.latency_log import Clock
from loadtests.showing import figures
from tests.loadtests import made


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_series_and_clock_has_a_row() -> None:
    steps = {"order/place": {0: Counters(done=600, errors=6)}}
    summary = replace(
        made.summary(), answers={"order/place": Answers(by_status=Counter({"201": 600}), wrong=6)}
    )
    measured = replace(made.measurements(summaries=(summary,)), steps=steps)
    histograms = {**measured.histograms, ("order/place", Clock.RESPONSE): {0: made.all_at(5, 600)}}
    found = rows(figures.series(replace(measured, histograms=histograms)))
    assert [(row["series"], row["clock"], row["count"]) for row in found] == [
        ("order", "response", "600"), ("order", "dispatch", "600"), ("order/place", "response", "600"),
    ]  # fmt: skip
    assert 4.99 < float(found[0]["p99_ms"]) < 5.01
    assert (found[2]["errors"], found[2]["share"], found[2]["requests"], found[2]["requests_wrong"]) == (
        "6", "0.01", "600", "6",
    )  # fmt: skip


def test_every_second_of_a_journey_has_its_counters_and_times() -> None:
    slow = {5: made.all_at(800)}
    counters = {6: Counters(wanted=10, dispatched=8, turned_away=2, done=8, completed=8, ended=8)}
    found = rows(figures.seconds(made.measurements(responses=slow, counters=counters)))
    assert [row["second"] for row in found] == [str(second) for second in range(60)]
    assert 799 < float(found[5]["p50_ms"]) < 801
    assert (found[6]["turned_away"], found[6]["journey"], found[6]["seconds"]) == ("2", "order", "1")


def test_a_load_of_hours_has_rows_of_several_seconds() -> None:
    hours = {second: Counters(wanted=1) for second in range(3 * 3600)}
    found = rows(figures.seconds(made.measurements(counters=hours, of=made.job(duration=3 * 3600))))
    assert len(found) == 3600
    assert {(row["seconds"], row["wanted"]) for row in found[20:]} == {("3", "3")}
