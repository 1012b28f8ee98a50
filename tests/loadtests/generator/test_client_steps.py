"""What a journey asks with Locust's own client is in the figures of the journey, as its steps are."""

from __future__ import annotations

import json
from pathlib import Path

from loadtests import commands
from loadtests.planning.job import Job
from loadtests.recording import left_out
from loadtests.recording.latency_log import Clock
from loadtests.showing import results
from tests.loadtests.conftest import Loader
from tests.loadtests.generator.test_process import Shops

CLIENTS = Path(__file__).parent / "clients.py"
MS = 1_000_000


def job(loader: Loader, url: str, journey: str) -> Job:
    return loader.job(url, journey, rate=20, journeys=CLIENTS)


def test_a_clients_request_is_a_step_with_the_three_clocks(shop: Shops, loader: Loader) -> None:
    measured = loader.run(job(loader, shop(slow=0.1).url, "client"))
    assert measured.totals("client").attempts == 60, "two steps of ours and one of the client for each"
    assert measured.totals("client").errors == 0
    for clock in Clock:
        assert measured.histogram("client/put-page-id", clock).total == 20
    for series in ("client/page", "client/put-page-id"):
        assert measured.histogram(series, Clock.SERVICE).percentile(1) > 95 * MS
    assert measured.histogram("client", Clock.RESPONSE).percentile(1) > 290 * MS
    assert measured.histogram("client/after", Clock.DISPATCH).percentile(50) < 50 * MS, (
        "the client's time is no lateness of the next step"
    )
    assert measured.problems == ()


def test_a_failed_request_of_the_client_fails_its_journey(shop: Shops, loader: Loader) -> None:
    measured = loader.run(job(loader, shop(refuse=True).url, "failing-client"))
    total = measured.totals("failing-client")
    assert (total.errors, total.failed, total.attempt_errors) == (20, 20, 20)
    assert [(f.kind, f.count) for f in measured.failures] == [("failing-client/post-orders: status 409", 20)]


def test_a_failure_that_the_journey_calls_a_success_is_none(shop: Shops, loader: Loader) -> None:
    measured = loader.run(job(loader, shop(refuse=True).url, "forgiving-client"))
    assert measured.totals("forgiving-client").errors == 0
    assert measured.histogram("forgiving-client/post-orders").total == 20


def test_what_on_start_asks_is_in_no_figure_and_the_document_says_so(shop: Shops, loader: Loader) -> None:
    measured = loader.run(job(loader, shop().url, "client-at-start"))
    assert measured.series == ("client-at-start", "client-at-start/page")
    assert left_out.in_words(measured.summaries) == [f"64 {left_out.ON_START}"], "of the first 64 users"
    document = results.document(measured, commands.judged(measured, ()))
    assert document["left_out"] == [f"64 {left_out.ON_START}"]
    json.dumps(document)
