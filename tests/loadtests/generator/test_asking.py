"""What journeys ask of a web site, and what they make of its answers: through the real generator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from loadtests.judging.measurements import Measurements
from loadtests.planning.arrivals import Stream
from loadtests.planning.job import Retry
from loadtests.recording.checks import Checked
from loadtests.recording.counters import Counters
from loadtests.recording.latency_log import Clock
from loadtests.recording.ledger import Intent, Outcome, Settled
from loadtests.showing import results
from tests.loadtests.conftest import Loader
from tests.loadtests.generator.site import Site, standing

VISITORS = Path(__file__).parent / "visitors.py"
GOOD = ("customer", "stranger", "verbs", "cached", "known", "moved", "keyed")
BAD = {
    "lost": "lost/circle: status 302, more than 10 redirects",
    "astray": "astray/away: status 302, a redirect to http://192.0.2.1, which is not the target",
    "unreadable": "unreadable: CheckFailed: the reply is not JSON",
    "mistaken": "mistaken: InputError: unknown method 'FETCH'",
    "once": "once/send: status 503",
}
ARRIVALS = 5
POOL = 16


@pytest.fixture
def site() -> Iterator[Site]:
    with standing() as found:
        yield found


def ran(
    loader: Loader, site: Site, *journeys: str, retry: Retry | None = None, file: Path = VISITORS
) -> Measurements:
    """Five arrivals of each journey, all at once."""
    also = [Stream(journey=name) for name in journeys[1:]]
    duration = ARRIVALS / 20
    job = loader.job(site.url, journeys[0], also=also, rate=20, duration=duration, journeys=file, pool=POOL)
    return loader.run(replace(job, retry=retry or job.retry))


def counted(total: Counters) -> dict[str, int]:
    return {name: n for name, n in asdict(total).items() if n and name in ("errors", "completed", "refused")}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[Measurements, Site]:
    """All journeys of which each should end well, in one load."""
    with standing() as site:
        return ran(Loader(tmp_path_factory.mktemp("good")), site, *GOOD), site


@pytest.mark.parametrize("journey", [name for name in GOOD if name != "keyed"])
def test_journeys_of_every_kind_end_well(good: tuple[Measurements, Site], journey: str) -> None:
    measured, _ = good
    assert [failure.kind for failure in measured.failures] == []
    assert counted(measured.totals(journey)) == {"completed": ARRIVALS}
    assert measured.problems == ()


def test_a_login_is_in_no_figure_and_holds_for_every_arrival(good: tuple[Measurements, Site]) -> None:
    measured, site = good
    assert "customer/login" not in measured.series
    assert len(site.sessions) == POOL, "one for each user of the pool"
    assert measured.totals("customer").attempts == ARRIVALS


def test_what_a_redirect_leads_to_is_of_the_same_step_and_every_request_counts(
    good: tuple[Measurements, Site],
) -> None:
    measured, _ = good
    assert measured.histogram("moved/page", Clock.SERVICE).total == ARRIVALS
    assert measured.totals("moved").attempts == 4 * ARRIVALS
    found = [summary.answers["moved/page"] for summary in measured.summaries]
    assert [dict(each.by_status) for each in found] == [{"301": ARRIVALS, "200": ARRIVALS}]
    assert measured.totals("moved").attempt_errors == 0


def test_a_key_goes_where_the_platform_wants_it(good: tuple[Measurements, Site]) -> None:
    measured, site = good
    assert counted(measured.totals("keyed")) == {"refused": ARRIVALS}
    intended = {entry.key for entry in measured.ledger() if isinstance(entry, Intent)}
    carried = {order.get("reference") or order["header"] for order in site.orders}
    refused = {e.key for e in measured.ledger() if isinstance(e, Settled) and e.outcome is Outcome.REFUSED}
    assert carried == intended - refused
    assert len(refused) == ARRIVALS
    assert {order["sku"]: bool(order["header"]) for order in site.orders} == {
        "A": False,
        "B": False,
        "C": True,
    }


def test_what_cannot_be_used_is_said_in_words(loader: Loader, site: Site) -> None:
    site.failing["POST /echo"] = [503] * ARRIVALS
    measured = ran(loader, site, *BAD, retry=Retry(deadline=2, timeout=1))
    assert {failure.journey: failure.kind for failure in measured.failures} == BAD
    assert {name: counted(measured.totals(name)) for name in BAD} == {
        name: {"errors": ARRIVALS} for name in BAD
    }
    assert site.paths().count("POST /echo") == ARRIVALS, "a POST without a key is sent once"
    assert site.paths().count("GET /round") == 11 * ARRIVALS
    assert measured.totals("lost").attempt_errors == ARRIVALS, "of the last redirect, that was one too many"


def test_what_was_checked_is_counted_by_its_name(good: tuple[Measurements, Site]) -> None:
    measured, _ = good
    found = measured.checks
    assert found["verbs"]["both parts"] == Checked(held=ARRIVALS)
    assert "the page that the login leads to" not in found["customer"], "on_start is of no arrival"


def test_errors_are_counted_by_step_and_over_all_journeys(good: tuple[Measurements, Site]) -> None:
    measured, _ = good
    found = results.errors(measured)
    assert found["keyed/gone"] == {
        "wanted": ARRIVALS, "errors": 0, "shed": 0, "turned_away": 0, "refused": ARRIVALS, "share": 0,
    }  # fmt: skip
    assert found["all"]["wanted"] == len(GOOD) * ARRIVALS


def test_the_answer_before_a_failure_is_kept_without_its_secrets(loader: Loader, site: Site) -> None:
    measured = ran(loader, site, "missing", "unequal")
    kept = {failure.journey: failure.answer for failure in measured.failures}
    assert kept["missing"].startswith("status 404\n")
    assert kept["missing"].endswith('{"error": "no /nowhere", "token": "***"}')
    assert "Set-Cookie: csrf=***; Path=/login" in kept["unequal"]
    assert 'name="csrf" value="***"' in kept["unequal"]
    found = measured.checks
    assert found == {"unequal": {"the other page": Checked(failed=ARRIVALS)}}
    errors = results.errors(measured)
    series = ("all", "missing", "missing/page", "unequal", "unequal/page")
    assert [errors[name]["errors"] for name in series] == [
        2 * ARRIVALS, ARRIVALS, ARRIVALS, ARRIVALS, 0,
    ]  # fmt: skip


def test_after_a_redirect_only_what_did_not_answer_is_asked_again(loader: Loader, site: Site) -> None:
    site.failing["GET /page"] = [503]
    measured = ran(loader, site, "moved")
    assert counted(measured.totals("moved")) == {"completed": ARRIVALS}
    assert site.paths().count("GET /moved") == ARRIVALS
    assert site.paths().count("GET /page") == ARRIVALS + 1


def test_what_the_page_of_requests_shows_works(loader: Loader, site: Site, root: Path) -> None:
    page = (root / "docs" / "loadtests" / "requests.md").read_text()
    shown = loader.folder / "shown.py"
    shown.write_text("\n\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL)))
    journeys = re.findall(r'journey = "([a-z]+)"', shown.read_text())
    measured = ran(loader, site, *journeys, file=shown)
    assert [failure.traceback for failure in measured.failures] == []
    assert journeys == ["customer", "cached", "machine", "order"]
    ended = [sum(counted(measured.totals(name)).values()) for name in journeys]
    assert ended == [ARRIVALS] * len(journeys)
