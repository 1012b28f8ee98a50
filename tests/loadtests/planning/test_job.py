"""A job: what a generator is told comes over as it was written; what makes no sense is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.errors import InputError
from loadtests.planning.arrivals import Stream
from loadtests.planning.job import FORMAT, Job, Retry, SelfTest, read
from loadtests.planning.locustfile import Locust
from loadtests.profiles import PROFILES, REPLAY
from tests.loadtests import made

POINTS = ((0.0, 0.5), (4.0, 1.0), (10.0, 0.0))
seconds = st.floats(0.001, 1000)
streams = st.lists(
    st.builds(Stream, journey=st.text(min_size=1, max_size=12), ratio=st.floats(0.001, 5)),
    min_size=1, max_size=4, unique_by=lambda stream: stream.journey,
)  # fmt: skip
retries = st.builds(
    Retry, attempts=st.none() | st.integers(1, 50), deadline=seconds, timeout=seconds,
    first_pause=seconds, longest_pause=seconds,
)  # fmt: skip
self_tests = st.none() | st.builds(SelfTest, limit=seconds, required=st.booleans(), seconds=st.integers(1, 9))
locusts = st.none() | st.builds(
    Locust, model=st.sampled_from(["open", "closed"]), users=st.integers(1, 500), spawn_rate=seconds,
    arguments=st.lists(st.text(max_size=9), max_size=3).map(tuple),
)  # fmt: skip
jobs = st.builds(
    Job, run=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}", fullmatch=True), target=st.text(max_size=30),
    journeys=st.text(max_size=30), streams=streams.map(tuple), rate=st.floats(0.01, 1000), duration=seconds,
    seed=st.integers(), output=st.text(max_size=20), profile=st.sampled_from(sorted(PROFILES)),
    points=st.sampled_from([(), POINTS]), spacing=st.sampled_from(["poisson", "even"]),
    feeds=st.none() | st.text(max_size=9), pool=st.integers(1, 10**6), retry=retries,
    connections=st.sampled_from(["pool", "per-journey"]), processes=st.integers(1, 64), self_test=self_tests,
    allowed=st.lists(st.text(max_size=9), max_size=3).map(tuple),
    certificates=st.none() | st.text(max_size=9), locust=locusts, web=st.none() | st.integers(1, 65535),
)  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("job") / "job.json"


def changed(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """A job's file as it is written, but for one change."""
    made.job().write(path)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    return path


@settings(max_examples=25)
@given(job=jobs)
def test_a_job_is_read_as_it_was_written(path: Path, job: Job) -> None:
    job.write(path)
    assert read(path) == job


def test_what_is_not_said_is_as_the_command_line_has_it(path: Path) -> None:
    """An older file has fewer keys."""

    def least(content: dict[str, Any]) -> None:
        for name in set(content) - {
            *["run", "target", "journeys", "streams", "rate", "duration", "seed", "output", "format"]
        }:
            del content[name]

    found = read(changed(path, least))
    assert found == replace(made.job(), processes=1)
    assert (found.profile, found.spacing, found.pool, found.connections) == (
        "constant", "poisson", 2000, "pool",
    )  # fmt: skip
    assert found.retry == Retry(attempts=None, deadline=30, timeout=10, first_pause=0.05, longest_pause=2)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", "7", '"job"', "{}", '{"format": 2}', f'{{"format": "{FORMAT}"}}', "\0"]
)
def test_what_is_no_job_of_this_format_is_refused_with_its_file(path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(InputError, match="not a") as refused:
        read(path)
    assert refused.value.where == str(path)


def test_a_file_that_is_not_there_or_no_text_is_refused(path: Path) -> None:
    path.write_bytes(b"\xff\xfe{}")
    for wrong in (path, path.with_name("none.json"), path.parent):
        with pytest.raises(InputError, match="not a readable job"):
            read(wrong)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("streams", None), ("streams", 3), ("streams", [3]), ("streams", [{"ratio": 1}]), ("streams", []),
        ("streams", [{"journey": "order", "weight": 1}]), ("points", 3), ("points", [3]), ("points", [[0]]),
        ("points", [[0, 1, 2]]), ("retry", None), ("retry", {"patience": 3}), ("retry", [1]),
        ("self_test", {"limit": 1}), ("self_test", 3), ("locust", {"users": 3}), ("locust", "closed"),
        ("locust", {"model": "open", "arguments": 3}), ("allowed", 3), ("rate", "60/s"), ("rate", None),
        ("duration", "60s"), ("run", 3), ("pool", "many"), ("wishes", 3), ("processes", None),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused_and_is_no_traceback(path: Path, name: str, value: object) -> None:
    with pytest.raises(InputError):
        read(changed(path, lambda content: content.update({name: value})))


@pytest.mark.parametrize(
    "name", ["run", "target", "journeys", "streams", "rate", "duration", "seed", "output"]
)
def test_nothing_is_made_up_for_what_has_to_be_said(path: Path, name: str) -> None:
    with pytest.raises(InputError, match=name) as refused:
        read(changed(path, lambda content: content.pop(name)))
    assert refused.value.where == str(path)


@pytest.mark.parametrize(
    "points", [((1, 1), (2, 1)), ((0, 0.5), (1, 0.9)), ((0, -1), (1, 1)), ((0, 1), (0, 1))]
)
def test_a_replay_without_a_shape_is_refused(path: Path, points: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(InputError, match="replay: "):
        read(changed(path, lambda content: content.update(profile=REPLAY, points=points)))


# What makes no sense ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"run": ""}, "run id ''"),
        ({"run": "-x"}, "run id '-x'"),
        ({"run": "a/b"}, "run id 'a/b'"),
        ({"run": "x\n"}, "run id"),
        ({"run": "x" * 62}, "at most 61"),
        ({"rate": 0.0}, "rate and duration must be above 0"),
        ({"rate": -1.0}, "rate and duration must be above 0"),
        ({"rate": math.nan}, "rate and duration must be above 0"),
        ({"rate": math.inf}, "no generator comes to the end"),
        ({"duration": 0.0}, "rate and duration must be above 0"),
        ({"duration": math.nan}, "rate and duration must be above 0"),
        ({"duration": math.inf}, "a week"),
        ({"streams": ()}, "at least one journey"),
        ({"streams": (Stream(journey="order"), Stream(journey="look", ratio=0))}, "ratios above 0"),
        ({"streams": (Stream(journey="order", ratio=math.inf),)}, "ratios above 0"),
        ({"streams": (Stream(journey="order", ratio=math.nan),)}, "ratios above 0"),
        ({"streams": (Stream(journey="order"), Stream(journey="order", ratio=2))}, "'order' is named twice"),
        ({"pool": 0}, "at least 1"),
        ({"processes": 0}, "at least 1"),
        ({"retry": Retry(attempts=0)}, "at least 1"),
        ({"connections": "none"}, "connections are pool or per-journey, not 'none'"),
        ({"profile": "midday"}, "unknown profile 'midday'"),
        ({"profile": REPLAY}, "unknown profile 'replay'"),
        ({"locust": Locust(model="open", users=0)}, "users are at least 1"),
        ({"locust": Locust(model="closed", spawn_rate=0.0)}, "spawn rate is above 0"),
        ({"locust": Locust(model="closed", spawn_rate=math.nan)}, "spawn rate is above 0"),
    ],
)
def test_a_load_that_cannot_be_is_refused_with_what_is_wrong(given: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        replace(made.job(), **given)


@pytest.mark.parametrize(
    "given",
    [
        {"run": "7"}, {"run": "x" * 61}, {"run": "A-b_c"}, {"pool": 1, "processes": 1},
        {"retry": Retry(attempts=1)}, {"rate": 0.0, "locust": Locust(model="closed")},
    ],
)  # fmt: skip
def test_the_least_that_makes_sense_is_borne(given: dict[str, Any]) -> None:
    assert replace(made.job(), **given)


# What follows from it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locust", "closed"),
    [(None, False), (Locust(model="open"), False), (Locust(model="closed"), True)],
)
def test_only_users_that_wait_for_answers_make_a_closed_load(locust: Locust | None, *, closed: bool) -> None:
    assert replace(made.job(), locust=locust).closed is closed


def test_connections_are_opened_anew_for_every_journey_of_every_kind() -> None:
    kept = made.job(rate=10)
    assert kept.connecting == 0
    assert replace(kept, connections="per-journey").connecting == pytest.approx(10 * (1 + 5))


def test_the_rate_counts_the_first_journey() -> None:
    assert made.job().main == "order"
    assert replace(made.job(), streams=made.job().streams[::-1]).main == "look"


def test_its_schedule_is_all_that_was_asked_for() -> None:
    asked = replace(made.job(rate=30, duration=20), profile=REPLAY, points=POINTS, spacing="even", seed=3)
    schedule = asked.schedule
    assert (schedule.duration, schedule.seed, schedule.spacing) == (20, 3, "even")
    assert schedule.streams == asked.streams
    assert schedule.profile.peak == 30
    assert [schedule.profile.rate(at) for at in (0, 8, 20)] == [15, 30, 0], (
        "ten seconds of the file in twenty"
    )
