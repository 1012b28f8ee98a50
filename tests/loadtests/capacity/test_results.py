"""What a search found, in words, as a document and as a page: never more than it knows."""

from __future__ import annotations

import json

import pytest

from foundation import slo
from loadtests.capacity import results
from loadtests.capacity.search import BUSY, Capacity, Status
from loadtests.capacity.trials import Observation, Outcome

PROMISED = [slo.parse("order p99 < 500ms"), slo.parse("errors < 1%")]
LATE = Observation(
    rate=100, outcome=Outcome.INVALID, reasons=("arrivals on time: late",), saturated="processors"
)
TRIALS = (
    Observation(rate=50, outcome=Outcome.HELD, p99=0.1, throughput=49.9),
    Observation(
        rate=100, outcome=Outcome.INVALID, reasons=("arrivals on time: late",), saturated="processors"
    ),
    Observation(
        rate=100, outcome=Outcome.INVALID, reasons=("arrivals on time: late",), saturated="processors"
    ),
    Observation(rate=75, outcome=Outcome.BROKE, p99=3.0, reasons=("p99: 3 s", "in flight grows")),
)


def capacity(status: Status, *, rate: float = 60.0, interval: bool = True, reason: str = "") -> Capacity:
    low, high = (55.0, 65.0) if interval else (None, None)
    return Capacity(status=status, rate=rate, low=low, high=high, reason=reason, observations=TRIALS)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (capacity(Status.FOUND), "60/s (90 %: 55/s to 65/s)"),
        (
            capacity(Status.WIDE, reason="the budget ended"),
            "60/s (90 %: 55/s to 65/s), wide: the budget ended",
        ),
        (capacity(Status.AT_LEAST, rate=101, interval=False, reason=BUSY), f"at least 101/s: {BUSY}"),
        (capacity(Status.NONE, rate=0, interval=False, reason="no rate held"), "not found: no rate held"),
    ],
)
def test_words_never_claim_more_than_was_found(found: Capacity, told: str) -> None:
    assert results.in_words(found) == told


def test_the_document_has_every_trial_in_order_with_its_reasons() -> None:
    document = json.loads(json.dumps(results.document(capacity(Status.FOUND), PROMISED)))
    assert [trial["rate"] for trial in document["trials"]] == [50, 100, 100, 75]
    assert document["trials"][3]["reasons"] == ["p99: 3 s", "in flight grows"]
    assert document["objectives"] == ["order p99 < 500ms", "errors < 1%"]


def test_what_used_the_machine_up_is_in_the_document() -> None:
    beyond = capacity(Status.AT_LEAST, interval=False, reason=BUSY)
    unreachable = Capacity(
        status=Status.AT_LEAST, rate=50, reason=BUSY, observations=(*TRIALS[:3],)
    )  # the trial at 75/s came later, and is far below 100/s
    for found in (beyond, unreachable):
        assert results.document(found, PROMISED)["capacity"]["saturated"] == "processors"  # type: ignore[index]


def test_the_page_names_the_trials_that_say_nothing() -> None:
    page = results.html("Capacity: order", capacity(Status.FOUND), PROMISED)
    assert page.count(">invalid<") == 2
    assert "arrivals on time: late" in page
    assert "used up first" in page
    assert "capacity 60/s (90 %: 55/s to 65/s)" in page


def test_the_picture_leaves_out_what_was_not_measured() -> None:
    knee = results.knee(capacity(Status.FOUND), PROMISED)
    drawn = {each.name: [value for value in each.values if value is not None] for each in knee.series}
    assert drawn == {"held": [0.1], "broke": [3.0]}
    assert [limit.value for limit in knee.limits] == [0.5], "of p99, which is what is drawn"
    (band,) = knee.bands
    assert (band.start, band.end) == (55.0, 65.0)


def test_without_an_interval_none_is_drawn() -> None:
    assert list(results.knee(capacity(Status.AT_LEAST, interval=False), []).bands) == []


def test_a_search_alone_has_no_column_for_what_nobody_looked_at() -> None:
    held = Observation(rate=50, outcome=Outcome.HELD)
    assert "used up first" not in str(results.trials([held]))
    assert str(results.trials([held])).count(">-<") == 2, "neither p99 nor throughput is known"
