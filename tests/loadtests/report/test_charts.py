"""Charts of a load: what is in flight, and the response times of every step with its own limits."""

from __future__ import annotations

import re
from dataclasses import replace

from foundation import slo
from loadtests.judging.measurements import Measurements
from loadtests.planning.locustfile import Locust
from loadtests.recording.counters import Counters
from loadtests.recording.latency_log import Clock
from loadtests.report import charts
from tests.loadtests import made
from tests.loadtests.made import all_at


def drawn(measured: Measurements, *promised: str) -> str:
    return str(charts.section(measured, [slo.parse(text) for text in promised]).body)


def anchors(html: str) -> list[str]:
    return re.findall(r'<figure class="chart" id="([^"]+)"', html)


def with_steps(*series: str) -> Measurements:
    """The usual minute, with more series."""
    plain = made.measurements()
    more = {(name, Clock.RESPONSE): {5: all_at(20, number + 1)} for number, name in enumerate(series)}
    return replace(plain, histograms={**plain.histograms, **more})


def test_what_arrived_is_in_flight_and_wrong_stand_before_the_response_times() -> None:
    assert anchors(drawn(made.measurements())) == [
        "chart-arrivals", "chart-in-flight", "chart-errors", "chart-latency",
    ]  # fmt: skip


def test_every_step_has_a_chart_the_main_journey_first() -> None:
    html = drawn(with_steps("look/page", "order/place", "look"))
    units = re.findall(r'<span class="unit">([^,]+), ms, logarithmic', html)
    assert units == ["order", "order/place", "look", "look/page"]


def test_a_limit_is_drawn_where_it_was_promised() -> None:
    html = drawn(with_steps("order/place"), "order/place p95 < 300ms", "errors < 1%")
    before, after = html.split('id="chart-latency-1"')
    assert "order/place p95 &lt; 300ms" not in before
    assert "order/place p95 &lt; 300ms" in after


def test_of_hundreds_of_series_the_most_asked_are_drawn_and_the_others_are_counted() -> None:
    html = drawn(with_steps(*(f"order/page-{number}" for number in range(100))))
    assert sum(anchor.startswith("chart-latency") for anchor in anchors(html)) == charts.MOST_STEPS
    assert "order/page-99, ms" in html
    assert "order/page-0, ms" not in html
    assert "77 series with fewer requests are in the tables alone." in html


def test_a_queue_that_grows_is_in_the_picture() -> None:
    slow = Counters(wanted=10, dispatched=10, done=10, ended=9, completed=9)
    assert "at most 60" in drawn(made.measurements(counters=dict.fromkeys(range(60), slow)))


def test_of_users_their_number_is_drawn_and_nothing_was_wanted() -> None:
    closed = replace(made.job(), locust=Locust(model="closed", users=5))
    html = drawn(replace(made.measurements(of=closed), running={3: 5}))
    assert "wanted by the schedule" not in html
    assert "How many users were under way at the end of each second: at most 5." in html


def test_what_did_not_happen_is_in_no_legend() -> None:
    assert "turned away</li>" not in drawn(made.measurements())
    away = Counters(wanted=10, dispatched=9, turned_away=1, done=9, ended=9, completed=9)
    assert "turned away</li>" in drawn(made.measurements(counters={7: away}))


def test_refusals_are_in_the_picture() -> None:
    refused = Counters(wanted=10, dispatched=10, done=10, ended=10, completed=9, refused=1)
    assert "refused: no errors</li>" in drawn(made.measurements(counters={7: refused}))


def test_errors_of_other_journeys_are_in_the_picture() -> None:
    plain = made.measurements()
    wrong = {
        7: Counters(wanted=50, dispatched=50, done=50, ended=50, errors=50, attempts=50, attempt_errors=50)
    }
    html = drawn(replace(plain, counters={**plain.counters, "look": wrong}))
    assert "journeys that failed</li>" in html
    assert "not one error" not in html
    assert "all journeys, per second" in html
    assert "not one error" in drawn(plain)
