"""`load run --once` sends one arrival of each journey, shows all that was said, and says how it ended."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from loadtests import once
from loadtests.planning.arrivals import Stream
from loadtests.planning.job import SelfTest
from loadtests.recording.counters import Counters
from tests.loadtests import made
from tests.loadtests.conftest import COMMAND
from tests.loadtests.generator.site import PASSWORD, Site, standing

VISITORS = Path(__file__).parent / "generator" / "visitors.py"


@pytest.fixture
def site() -> Iterator[Site]:
    with standing() as found:
        yield found


def said(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", COMMAND, "run", *options, "--once"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)


def requested(exchanges: Sequence[dict[str, str]]) -> list[tuple[str, str]]:
    return [(f"{each['journey']}/{each['step']}", each["asked"].split(" HTTP")[0]) for each in exchanges]


def test_every_request_and_answer_is_shown_without_secrets(site: Site, root: Path) -> None:
    journeys = ["--journeys", str(VISITORS), "--journey", "customer", "--also", "missing:5"]
    done = said(root, site.url, *journeys, "--json")
    assert done.returncode == 1, "one of both did not end well"
    found = json.loads(done.stdout)
    assert requested(found["exchanges"]) == [
        ("customer/login page", "GET /login"),
        ("customer/login", "POST /login"),
        ("customer/login", "GET /home"),
        ("customer/home", "GET /home"),
        ("missing/page", "GET /nowhere"),
    ]
    assert found["ended"] == {"customer": "completed", "missing": "errors"}
    assert found["checks"] == {"customer": {"the customer that logged in": {"held": 1, "failed": 0}}}
    assert [failure["kind"] for failure in found["failures"]] == ["missing/page: status 404"]
    (session,) = site.sessions
    for text in (done.stdout, done.stderr):
        assert PASSWORD.replace(" ", "+") not in text
        assert session not in text
    for line in (
        "> user=anna&password=***&csrf=***",
        "< Set-Cookie: sid=***; Path=/; HttpOnly",
        "missing failed",
    ):
        assert line in done.stderr


def test_a_request_without_an_answer_is_shown_too(root: Path) -> None:
    with standing() as gone:
        url = gone.url
    done = said(root, url, "--journeys", str(VISITORS), "--journey", "moved")
    assert done.returncode == 1
    assert "> GET /moved HTTP/1.1" in done.stderr
    assert "< Connection refused" in done.stderr
    assert done.stderr.count("> GET /moved") == 1, "nothing is repeated"


def test_a_locustfile_is_not_shown_so(site: Site, root: Path) -> None:
    done = said(root, site.url, "--locustfile", "locustfile.py")
    assert done.returncode == 2
    assert "--once shows journeys, not a locustfile" in done.stderr


def test_it_is_the_same_journeys_once_each() -> None:
    asked = replace(made.job(processes=4), self_test=SelfTest(limit=1, required=True))
    found = once.job(asked)
    arrivals = [arrival.journey for arrival in found.schedule]
    assert arrivals == ["order", "look"], "one after the other"
    assert (found.processes, found.self_test, found.shown) == (1, None, True)


def test_how_it_ended_is_what_became_of_its_arrival() -> None:
    counters = {0: Counters(wanted=1, dispatched=1, done=1, refused=1)} | dict.fromkeys(
        range(1, 60), Counters()
    )
    measured = replace(
        made.measurements(counters=counters),
        job=replace(made.job(), streams=(Stream(journey="order"), Stream(journey="x"))),
    )
    assert [(each.journey, each.how, each.well) for each in once.ends(measured)] == [
        ("order", "refused", True), ("x", "not sent", False),
    ]  # fmt: skip
