"""A locustfile runs as it is: with its own users (closed), or with open arrivals on them."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeGuard

import pytest

from foundation.errors import InputError
from loadtests import commands, report, results
from loadtests.job import Job, SelfTest
from loadtests.latency_log import Clock
from loadtests.locustfile import CLOSED, IGNORED, Locust, Model
from loadtests.progress import Event, Note, Progress
from loadtests.validity import findings
from tests.loadtests.conftest import Loader, RunningShop

HERE = Path(__file__).parent
Shops = Callable[..., RunningShop]
Notes = list[dict[str, object]]


def job(
    loader: Loader, url: str, model: Model, *options: str, file: str = "locustfile.py", **more: object
) -> Job:
    asked = loader.job(url, "locustfile", journeys=HERE / file, **more)  # type: ignore[arg-type]
    return replace(asked, locust=Locust(model=model, users=10, spawn_rate=100, arguments=options))


def noted(path: Path) -> Notes:
    return [json.loads(line) for line in path.read_text().splitlines()]


def requests(notes: Notes) -> Counter[object]:
    return Counter(found["request"] for found in notes if "request" in found)


def test_its_users_run_as_locust_runs_them_and_every_request_is_recorded(
    shop: Shops, loader: Loader, tmp_path: Path
) -> None:
    notes = tmp_path / "notes"
    options = ("--notes", str(notes), "--exclude-tags", "wrong", "foreign")
    measured = loader.run(job(loader, shop().url, "closed", *options))
    heard = noted(notes)
    counted = requests(heard)
    names = {
        "login": "get-login", "first": "get-first", "second": "get-second",
        "/page/[customer]": "get-page-customer", "/products/PUMP/price": "get-products-pump-price",
    }  # fmt: skip
    assert set(counted) == set(names), "tags are heeded, task sets and sequences run"
    series = {name: measured.histogram(f"locustfile/{slug}").total for name, slug in names.items()}
    assert series == counted, "the report has what Locust's listeners heard"
    total = measured.totals("locustfile")
    assert total.wanted == total.dispatched == total.done == total.completed == counted.total() > 50
    assert 0 <= counted["first"] - counted["second"] <= 7, "a sequence is one"
    assert [found["event"] for found in heard if found.get("event") in ("test_start", "quitting")] == [
        "test_start",
        "quitting",
    ]
    assert measured.problems == ()
    assert [finding for finding in findings(measured) if not finding.holds] == []


def test_what_is_closed_says_so_everywhere_and_claims_no_capacity(shop: Shops, loader: Loader) -> None:
    measured = loader.run(job(loader, shop().url, "closed", "--tags", "wrong"))
    verdict = commands.judged(measured, ())
    assert verdict.status == "FAIL", "the file's own exit code is 1"
    assert [f.name for f in verdict.broken] == ["exit code of the locustfile"]
    found = results.document(measured, verdict)["load"]
    assert isinstance(found, dict)
    assert (found["model"], found["users"], found["remark"]) == ("closed", 10, CLOSED)
    assert "nothing follows from it about capacity" in report.html(measured, verdict)
    assert not any(clock is Clock.DISPATCH for _, clock in measured.histograms), "nothing was due"
    assert {failure.kind.partition(":")[0] for failure in measured.failures} == {
        "locustfile/get-products-other-price", "locustfile",
    }  # fmt: skip


def test_open_arrivals_run_one_task_each_without_waiting(shop: Shops, loader: Loader, tmp_path: Path) -> None:
    said: list[Event] = []
    notes = tmp_path / "notes"
    options = ("--notes", str(notes), "--exclude-tags", "wrong", "foreign")
    tested = SelfTest(limit=5, required=True, seconds=1)
    asked = replace(job(loader, shop().url, "open", *options, rate=150), self_test=tested)
    measured = loader.run(asked, said.append)
    total = measured.totals("locustfile")
    assert (total.wanted, total.dispatched, total.done, total.completed) == (150, 150, 150, 150)
    counted = requests(noted(notes))
    assert counted["login"] == 43, "on_start: two of three of the first 64 users, and in no clock"
    assert measured.histogram("locustfile/get-login").total == 0
    # A sequence's last step only leaves it, and Locust goes on with the next task at once.
    assert counted.total() - counted["login"] == 150
    assert pytest.approx(1 - counted["/products/PUMP/price"] / 150, abs=0.12) == 2 / 3, "by weight"
    assert [event.text for event in said if isinstance(event, Note)] == [IGNORED]
    assert {f.name for f in findings(measured) if not f.holds} <= {"arrivals on time"}


def test_the_web_ui_shows_what_the_report_says_and_starts_nothing(shop: Shops, loader: Loader) -> None:
    """Its users linger for two seconds after their request: the web UI is still there when all are done."""
    said: list[Event] = []
    seen: dict[str, int] = {}

    def look(event: Event) -> None:
        said.append(event)
        if isinstance(event, Progress) and seen.get("Aggregated") != 50:
            (url,) = (found.text.split()[4].rstrip(",") for found in said if _of_the_web(found))
            with urllib.request.urlopen(f"{url}/stats/requests", timeout=10) as reply:  # noqa: S310
                seen.update({entry["name"]: entry["num_requests"] for entry in json.load(reply)["stats"]})
            with urllib.request.urlopen(f"{url}/swarm", b"user_count=9", timeout=10) as reply:  # noqa: S310
                assert not json.load(reply)["success"]

    asked = job(loader, shop().url, "open", "Lingering", rate=50, file="stopping.py")
    measured = loader.run(replace(asked, web=0, processes=2), look)
    assert seen == {"/page": 50, "Aggregated": 50}, "not what on_start asked: that is in no clock"
    assert measured.histogram("locustfile/get-page").total == 50


def _of_the_web(event: Event) -> TypeGuard[Note]:
    return isinstance(event, Note) and "web UI" in event.text


def test_a_late_start_is_in_the_response_time_that_everybody_hears(
    shop: Shops, loader: Loader, tmp_path: Path
) -> None:
    notes = tmp_path / "notes"
    options = ("--notes", str(notes), "Stopping")
    asked = replace(
        job(loader, shop().url, "open", *options, file="stopping.py", rate=100, duration=1), pool=200
    )
    measured = loader.run(asked)
    heard = [float(str(found["ms"])) for found in noted(notes) if found.get("request") == "/page"]
    assert len(heard) == measured.histogram("locustfile/get-page").total
    assert max(heard) > 250, "one task held up the whole process for 0.3 s"
    assert max(heard) == pytest.approx(measured.histogram("locustfile/get-page").maximum / 1e6, rel=0.01)
    assert measured.histogram("locustfile", Clock.DISPATCH).maximum / 1e6 > 250


def test_above_the_pool_arrivals_are_turned_away(shop: Shops, loader: Loader) -> None:
    asked = job(loader, shop(slow=0.4).url, "open", "Shopper", rate=100, pool=5)
    total = loader.run(asked).totals("locustfile")
    assert total.turned_away > 50
    assert total.dispatched + total.turned_away == total.wanted == 100


def test_it_reaches_nothing_but_what_may_be_loaded(shop: Shops, loader: Loader) -> None:
    measured = loader.run(job(loader, shop().url, "open", "--tags", "foreign", "--", "Checker", rate=5))
    assert [failure.kind for failure in measured.failures] == ["locustfile/get-foreign: Foreign"]
    assert measured.totals().errors == 5
    assert measured.histogram("locustfile/get-foreign").maximum < 2e9, "refused here, not timed out"


def test_an_option_that_the_file_does_not_have_is_told_before_anything_is_sent(
    shop: Shops, loader: Loader
) -> None:
    with pytest.raises(InputError, match="unrecognized arguments: --flavor"):
        loader.run(job(loader, shop().url, "closed", "--flavor", "mint"))
