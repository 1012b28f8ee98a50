"""Metrics for Prometheus: counters add up, gauges are the last second's, the port closes with the load."""

from __future__ import annotations

import re
import urllib.error
import urllib.request

import pytest

from foundation.errors import Unavailable
from loadtests.recording.progress import Finished, Progress
from loadtests.showing.metrics import CONTENT, Metrics, served


def second(
    number: int, *, wanted: int = 10, errors: int = 0, shed: int = 0, p99_ms: float | None = 250
) -> Progress:
    return Progress(
        second=number, wanted=wanted, reached=wanted - 1, in_flight=4, p50_ms=p99_ms and 3, p99_ms=p99_ms,
        errors=errors, attempt_errors=2, turned_away=1, shed=shed,
    )  # fmt: skip


def values(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in re.findall(r"^(peakproof\S+) (\S+)$", text, re.MULTILINE)}


def test_counters_add_up_and_gauges_are_the_last_seconds() -> None:
    metrics = Metrics(run="load-1")
    for event in (second(1), second(2, wanted=20, errors=3), Finished(worker=0, clean=True, folder="x")):
        metrics.hear(event)
    found = values(metrics.text())
    assert found['peakproof_arrivals_wanted_total{run="load-1"}'] == 30
    assert found['peakproof_arrivals_sent_total{run="load-1"}'] == 28
    assert found['peakproof_journey_errors_total{run="load-1"}'] == 3
    assert found['peakproof_journeys_running{run="load-1"}'] == 4
    assert found['peakproof_response_seconds{run="load-1",quantile="0.99"}'] == 0.25


def test_a_percentile_that_is_not_known_is_absent_and_not_a_fast_one() -> None:
    metrics = Metrics(run="load-1")
    metrics.hear(second(1, p99_ms=None))
    assert "response_seconds" not in metrics.text()


def test_what_was_shed_adds_up_apart_from_errors() -> None:
    metrics = Metrics(run="load-1")
    for number in (1, 2):
        metrics.hear(second(number, errors=1, shed=3))
    found = values(metrics.text())
    assert found['peakproof_journeys_shed_total{run="load-1"}'] == 6
    assert found['peakproof_journey_errors_total{run="load-1"}'] == 2


def test_every_metric_says_what_it_is() -> None:
    metrics = Metrics(run="load-1")
    metrics.hear(second(1))
    text = metrics.text()
    named = {name.partition("{")[0] for name in values(text)}
    assert named == set(re.findall(r"^# TYPE (\S+) (?:counter|gauge)$", text, re.MULTILINE))
    assert named == set(re.findall(r"^# HELP (\S+) \S.*$", text, re.MULTILINE))


def test_before_the_first_second_counters_are_zero() -> None:
    assert set(values(Metrics(run="load-1").text()).values()) == {0}


def test_they_are_served_until_the_load_ends() -> None:
    with served(0, Metrics(run="load-1")) as port:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            assert answer.headers["Content-Type"] == CONTENT
            assert b"peakproof_arrivals_wanted_total" in answer.read()
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10)


def test_a_port_that_is_taken_is_told() -> None:
    with (
        served(0, Metrics(run="a")) as port,
        pytest.raises(Unavailable, match=f"port {port} cannot be used"),
        served(port, Metrics(run="b")),
    ):
        pass


def test_every_counter_adds_up_what_it_is_called_by() -> None:
    """Numbers of which no two sums are alike."""
    metrics = Metrics(run="r")
    for number in (1, 2):
        metrics.hear(
            Progress(
                second=number,
                wanted=1000,
                reached=200,
                in_flight=30 * number,
                p50_ms=4.0,
                p99_ms=5.0,
                errors=6,
                attempt_errors=70,
                turned_away=800,
                attempts=9000,
                shed=11,
            )
        )
    assert values(metrics.text()) == {
        'peakproof_arrivals_wanted_total{run="r"}': 2000,
        'peakproof_arrivals_sent_total{run="r"}': 400,
        'peakproof_arrivals_turned_away_total{run="r"}': 1600,
        'peakproof_journey_errors_total{run="r"}': 12,
        'peakproof_journeys_shed_total{run="r"}': 22,
        'peakproof_attempt_errors_total{run="r"}': 140,
        'peakproof_journeys_running{run="r"}': 60,
        'peakproof_load_seconds{run="r"}': 2,
        'peakproof_response_seconds{run="r",quantile="0.5"}': 0.004,
        'peakproof_response_seconds{run="r",quantile="0.99"}': 0.005,
    }


def test_each_metric_is_described_once_and_before_its_samples() -> None:
    """As the text format has it; other readers than Prometheus' own refuse the rest."""
    metrics = Metrics(run="r")
    metrics.hear(second(1))
    described: list[str] = []
    for line in metrics.text().splitlines():
        kind, name = (line.split()[1], line.split()[2]) if line[0] == "#" else ("", line.partition("{")[0])
        if kind == "HELP":
            assert name not in described
            described.append(name)
        assert name == described[-1]
        assert not name.endswith("_total") or kind != "TYPE" or line.endswith(" counter")
    assert metrics.text().endswith("\n")


def test_a_port_that_is_none_is_told() -> None:
    for port in (-1, 70_000):
        with pytest.raises(Unavailable, match="cannot be used"), served(port, Metrics(run="a")):
            pass
