"""The document for machines says what people read: verdict, load, counters, answers, percentiles."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from foundation import slo
from loadtests import commands
from loadtests.judging.measurements import Measurements
from loadtests.planning.locustfile import Locust
from loadtests.recording import left_out
from loadtests.recording.answers import Answers
from loadtests.recording.latency_log import Clock
from loadtests.showing import results
from tests.loadtests import made


def document(measured: Measurements, *promised: str) -> dict[str, Any]:
    verdict = commands.judged(measured, [slo.parse(text) for text in promised])
    found: dict[str, Any] = json.loads(json.dumps(results.document(measured, verdict)))
    return found


def test_the_verdict_has_every_finding() -> None:
    found = document(made.measurements(), "order p90 < 1ms")["verdict"]
    assert found["status"] == "FAIL"
    (missed,) = [each for each in found["findings"] if not each["holds"]]
    assert (missed["name"], missed["observed"]) == ("order p90 < 1ms", "5 ms")


def test_an_open_load_has_a_rate_and_no_users() -> None:
    load = document(made.measurements())["load"]
    assert (load["model"], load["rate"], load["users"], load["remark"]) == ("open", 10.0, None, None)


def test_a_closed_load_has_users_and_a_remark() -> None:
    closed = replace(made.job(), locust=Locust(model="closed", users=5))
    load = document(made.measurements(of=closed))["load"]
    assert (load["model"], load["users"]) == ("closed", 5)
    assert "nothing follows from it about capacity" in load["remark"]


def test_answers_are_counted_by_step_over_all_workers() -> None:
    answers = {"order/place": Answers(by_status=Counter({"201": 5, "503": 1}), wrong=1)}
    one = replace(made.summary(), answers=answers, left_out={left_out.UNTOLD: 2})
    found = document(made.measurements(summaries=(one, one)))
    assert found["answers"] == {
        "order/place": {"requests": 12, "wrong": 2, "by_status": {"201": 10, "503": 2}}
    }
    assert found["left_out"] == [f"4 {left_out.UNTOLD}"]


def test_percentiles_are_in_milliseconds_the_response_time_first() -> None:
    found = results.latencies(made.measurements(), "order")
    assert list(found) == [Clock.RESPONSE, Clock.DISPATCH]
    assert found[Clock.RESPONSE]["p99"] == pytest.approx(5, rel=0.001)
    assert found[Clock.RESPONSE]["count"] == 600
    assert list(found[Clock.RESPONSE]) == ["p50", "p95", "p99", "p99.9", "max", "count"]


def test_a_series_that_was_not_measured_has_no_clock() -> None:
    assert results.latencies(made.measurements(), "nobody") == {}


def test_a_run_that_ended_before_it_began_is_a_document_all_the_same() -> None:
    empty = replace(made.measurements(), histograms={}, counters={}, summaries=())
    found = document(empty)
    assert (found["schedule"], found["latency_ms"], found["answers"]) == (None, {}, {})
    assert found["verdict"]["status"] == "INVALID"
