"""`load capacity`: bad input, one real trial, and what is written for people and machines."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from foundation import slo
from foundation.errors import ExitCode, InputError, Unavailable
from loadtests.capacity import commands, results
from loadtests.capacity.commands import Timing
from loadtests.capacity.loading import LoadTrial
from loadtests.capacity.search import Capacity, Plan, Status, search
from loadtests.capacity.simulation import Queue
from loadtests.capacity.trials import Outcome
from loadtests.planning.arrivals import Stream
from loadtests.planning.job import Job

HERE = Path(__file__).parent
PROMISED = [slo.parse("look p50 < 2s")]
TIMING = Timing(warm_up=0, measure=30, budget=900)


@pytest.fixture
def counter() -> Iterator[str]:
    """The URL of a shop with one counter that takes 5 ms a request."""
    with subprocess.Popen(
        [sys.executable, str(HERE / "counter.py"), "0.005"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.kill()


def job(folder: Path, url: str = "http://127.0.0.1:9") -> Job:
    return Job(
        run="capacity",
        target=url,
        journeys=str(HERE.parent / "journeys.py"),
        streams=(Stream(journey="look"),),
        rate=20,
        duration=3,
        seed=7,
        output=str(folder / "out"),
        spacing="even",
    )


@pytest.mark.integration
def test_a_trial_is_a_load_test_and_a_reset(counter: str, tmp_path: Path) -> None:
    reset = ["touch", str(tmp_path / "was-reset")]
    trial = LoadTrial(
        job=job(tmp_path, counter), promised=PROMISED, warm_up=0, listen=lambda _: None, reset=reset
    )
    found = trial.run(15)
    assert found.outcome in (Outcome.HELD, Outcome.INVALID), found.reasons  # a busy machine may be late
    assert found.rate == 15
    assert found.throughput == pytest.approx(15, abs=2)
    assert (tmp_path / "was-reset").exists()
    assert (tmp_path / "out" / "trial-01" / "worker-0").is_dir()


@pytest.mark.integration
def test_a_search_leaves_a_page_that_says_how_it_is_repeated(counter: str, tmp_path: Path) -> None:
    timing, plan = Timing(warm_up=0, measure=3, budget=60), Plan(start=15, trials=4, most=15)
    command = "peakproof load capacity http://shop --most 15/s"
    code = commands.capacity(
        job(tmp_path, counter), PROMISED, timing, plan, [], as_json=False, command=command
    )
    assert code in (ExitCode.INVALID, ExitCode.FAIL)  # at least 15/s; a busy machine may hold nothing
    page = (tmp_path / "out" / "index.html").read_text()
    assert 'id="repeat"' in page
    for told in (command, "Machine of the generator", "look x 1", "UTC"):
        assert told in page


def test_a_reset_that_fails_is_said_with_what_it_said(tmp_path: Path) -> None:
    failing = [sys.executable, "-c", "import sys; sys.exit('no such platform')"]
    trial = LoadTrial(job=job(tmp_path), promised=PROMISED, warm_up=0, listen=lambda _: None, reset=failing)
    with pytest.raises(Unavailable, match="status 1") as told:
        trial.reset_platform()
    assert told.value.detail == ("no such platform",)


@pytest.mark.parametrize(
    ("promised", "timing", "start", "says"),
    [
        ([], TIMING, 50, "what must hold"),
        (["shop p99 < 1s"], TIMING, 50, "has only look"),
        (["lost orders = 0"], TIMING, 50, "belong to a rehearsal"),
        (["look p99 < 1s"], TIMING, 1, "the shortest load that works"),
        (["errors < 1%"], replace(TIMING, budget=60), 50, "room for 1 trials"),
        (["errors < 1%"], replace(TIMING, measure=2), 50, "at least 3 s"),
    ],
)
def test_bad_input_is_answered_before_anything_is_sent(
    tmp_path: Path, promised: list[str], timing: Timing, start: float, says: str
) -> None:
    plan = Plan(start=start, trials=timing.trials)
    objectives = [slo.parse(text) for text in promised]
    with pytest.raises(InputError, match=says):
        commands.capacity(job(tmp_path), objectives, timing, plan, [], as_json=False)
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def found() -> Capacity:
    return search(Queue(service=500, limit=0.1, seed=1), Plan(start=50, trials=40))


def test_the_page_shows_the_knee_and_every_trial(found: Capacity) -> None:
    page = results.html("Capacity: look", found, [slo.parse("look p99 < 100ms")])
    assert 'id="knee-chart"' in page
    assert "objective" in page
    assert page.count("<tr") >= len(found.observations)
    assert results.in_words(found) in page
    assert "/s</text>" in page  # rates run across, not time


def test_the_picture_has_every_rate_that_was_measured(found: Capacity) -> None:
    knee = results.knee(found, [])
    marked = sum(value is not None for series in knee.series for value in series.values)
    assert 4 <= marked <= len(found.observations)
    assert knee.ticks[-1][0] <= knee.extent


def test_the_document_says_what_people_read(found: Capacity) -> None:
    figures = results.document(found, PROMISED)
    assert figures["capacity"] == {
        "status": "found", "rate": found.rate, "low": found.low, "high": found.high, "reason": "",
        "saturated": "",
    }  # fmt: skip
    assert f"{found.rate:.4g}/s" in results.in_words(found)
    assert isinstance(figures["trials"], list)
    assert len(figures["trials"]) == len(found.observations)


def test_every_status_has_an_exit_code() -> None:
    assert commands.EXIT[Status.FOUND] is ExitCode.OK
    assert set(commands.EXIT) == set(Status)


def test_without_most_there_is_no_limit() -> None:
    assert Plan(start=1, trials=3).most == math.inf
