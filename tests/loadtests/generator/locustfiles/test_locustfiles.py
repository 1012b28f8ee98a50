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
from loadtests import commands, report
from loadtests.judging.validity import findings
from loadtests.planning.job import Job
from loadtests.planning.locustfile import CLOSED, IGNORED, Locust, Model
from loadtests.recording.latency_log import Clock
from loadtests.recording.progress import Event, Note, Progress
from loadtests.showing import results
from tests.loadtests import made
from tests.loadtests.conftest import Loader, RunningShop, until

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
    measured = loader.run(job(loader, shop().url, "closed", "--notes", str(notes), "--exclude-tags", "wrong"))
    heard = noted(notes)
    counted = requests(heard)
    names = {
        "login": "get-login", "first": "get-first", "second": "get-second", "foreign": "get-foreign",
        "/page/[customer]": "get-page-customer", "/products/PUMP/price": "get-products-pump-price",
    }  # fmt: skip
    assert set(counted) == set(names), "tags are heeded, task sets and sequences run"
    series = {name: measured.histogram(f"locustfile/{slug}").total for name, slug in names.items()}
    assert series == counted, "the report has what Locust's listeners heard"
    total = measured.totals("locustfile")
    assert total.wanted == total.dispatched == total.done == counted.total() > 50
    assert 0 <= counted["first"] - counted["second"] <= 7, "a sequence is one"
    events = [found["event"] for found in heard if found.get("event") in ("test_start", "quitting")]
    assert events == ["test_start", "quitting"]
    assert not any(clock is Clock.DISPATCH for _, clock in measured.histograms), "nothing was due"
    assert measured.problems == ()
    assert [finding for finding in findings(measured) if not finding.holds] == []
    # It reaches nothing but what may be loaded, and its own exit code counts that as it likes.
    assert [failure.kind for failure in measured.failures] == ["locustfile/get-foreign: Foreign"]
    assert total.errors == counted["foreign"] == total.done - total.completed
    assert [f.name for f in commands.judged(measured, ()).broken] == ["exit code of the locustfile"]


def test_its_load_shape_says_how_many_users_there_are_and_until_when(shop: Shops, loader: Loader) -> None:
    asked = job(loader, shop().url, "closed", file="shaped.py", duration=600)
    measured = loader.run(asked)
    assert measured.problems == ()
    assert max(measured.running.values()) == 6, "not the ten that --users would start"
    total = measured.totals("locustfile")
    assert total.wanted == total.done == total.completed > 10
    (ended,) = measured.summaries
    assert ended.clean
    assert ended.ended_at - ended.started_at < 60 * 10**9, "the shape is over, long before the duration"


def test_what_is_closed_says_so_everywhere_and_claims_no_capacity() -> None:
    measured = made.measurements(of=replace(made.job(), locust=Locust(model="closed", users=10)))
    verdict = commands.judged(measured, ())
    found = results.document(measured, verdict)["load"]
    assert isinstance(found, dict)
    assert (found["model"], found["users"], found["remark"]) == ("closed", 10, CLOSED)
    page = report.html(measured, verdict)
    assert "nothing follows from it about capacity" in page
    assert "wanted by the schedule" not in page


def test_open_arrivals_run_one_task_each_without_waiting(shop: Shops, loader: Loader, tmp_path: Path) -> None:
    said: list[Event] = []
    notes = tmp_path / "notes"
    options = ("--notes", str(notes), "--exclude-tags", "wrong", "foreign")
    measured = loader.run(job(loader, shop().url, "open", *options, rate=150), said.append)
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
    """Fifty arrivals in a second, each lingers after its request: ten find the pool full.

    The first holds up the whole process for 0.3 s, so others start late; all are answered a second before
    the run ends.
    """
    said: list[Event] = []
    seen: dict[str, tuple[int, float]] = {}

    def look(event: Event) -> None:
        said.append(event)
        if isinstance(event, Progress) and event.second >= 2 and not seen:
            (url,) = (found.text.split()[4].rstrip(",") for found in said if _of_the_web(found))
            until(lambda: refreshed(seen, url)["/page"][0] == 40, 5)
            with urllib.request.urlopen(f"{url}/swarm", b"user_count=9", timeout=10) as reply:  # noqa: S310
                assert not json.load(reply)["success"]

    asked = job(loader, shop().url, "open", rate=50, file="lingering.py")
    measured = loader.run(replace(asked, web=0, pool=40), look)
    total, response = measured.totals(), measured.histogram("locustfile/get-page")
    assert (total.dispatched, total.turned_away) == (40, 10)
    assert set(seen) == {"/page", "arrivals", "Aggregated"}, "not what on_start asked: that is in no clock"
    assert seen["/page"][0] == response.total == 40
    assert seen["arrivals"][0] == 10
    assert seen["/page"][1] > 250, "from the intended start"
    assert seen["/page"][1] == pytest.approx(response.maximum / 1e6, rel=0.01)
    assert measured.histogram("locustfile", Clock.DISPATCH).maximum / 1e6 > 250


def shown(url: str) -> dict[str, tuple[int, float]]:
    """Requests and the longest response time of each row of the web UI."""
    with urllib.request.urlopen(f"{url}/stats/requests", timeout=10) as reply:  # noqa: S310
        rows = json.load(reply)["stats"]
    return {row["name"]: (row["num_requests"], row["max_response_time"]) for row in rows}


def refreshed(seen: dict[str, tuple[int, float]], url: str) -> dict[str, tuple[int, float]]:
    seen.update(shown(url))
    return seen


def _of_the_web(event: Event) -> TypeGuard[Note]:
    return isinstance(event, Note) and "web UI" in event.text


def test_an_option_that_the_file_does_not_have_is_told_before_anything_is_sent(
    shop: Shops, loader: Loader
) -> None:
    with pytest.raises(InputError, match="unrecognized arguments: --flavor"):
        loader.run(job(loader, shop().url, "closed", "--flavor", "mint"))
