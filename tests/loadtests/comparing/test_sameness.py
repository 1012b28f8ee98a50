"""Loads are the same when nothing differs that changes response times; the rest is remarked on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from loadtests.comparing.sameness import differences, on_the_same_target, remarks
from loadtests.judging.measurements import Measurements
from loadtests.planning.arrivals import Stream
from loadtests.planning.job import Retry
from loadtests.planning.locustfile import Locust
from tests.loadtests import made

JOB = made.job()
CLOSED = replace(JOB, locust=Locust(model="closed", users=2, spawn_rate=1))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"target": "http://127.0.0.1:2"}, "target (http://127.0.0.1:2, not http://127.0.0.1:1)"),
        ({"streams": (Stream(journey="order"),)}, "journeys"),
        ({"rate": 20.0}, "rate (20, not 10)"),
        ({"duration": 30.0}, "duration (30, not 60)"),
        ({"profile": "replay", "points": ((0.0, 1.0), (60.0, 1.0))}, "profile"),
        ({"spacing": "even"}, "spacing (even, not poisson)"),
        ({"pool": 5}, "pool (5, not 2000)"),
        ({"connections": "per-journey"}, "connections (per-journey, not pool)"),
        ({"retry": Retry(timeout=1)}, "retry budget"),
    ],
)
def test_what_changes_response_times_makes_another_load(changed: dict[str, object], told: str) -> None:
    assert list(differences(JOB, replace(JOB, **changed))) == [told]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("driven", "told"),
    [
        (Locust(model="closed", users=40, spawn_rate=1), ["users (40, not 2)"]),
        (Locust(model="closed", users=2, spawn_rate=9), ["spawn rate (9, not 1)"]),
        (Locust(model="closed", users=2, spawn_rate=1, arguments=("--tags", "a")), ["options of Locust"]),
        (Locust(model="open", users=2), ["model (open, not closed)", "users", "spawn rate"]),
    ],
)
def test_users_and_options_of_a_locustfile_are_of_its_load(driven: Locust, told: list[str]) -> None:
    assert list(differences(CLOSED, replace(JOB, locust=driven))) == told


def test_the_seed_the_run_and_where_it_was_written_may_differ() -> None:
    assert list(differences(JOB, replace(JOB, seed=8, run="other", output="elsewhere", processes=2))) == []


def test_targets_may_be_what_is_compared() -> None:
    other = replace(JOB, target="http://127.0.0.1:2", pool=5)
    found = differences(on_the_same_target(JOB), on_the_same_target(other))
    assert list(found) == ["pool (5, not 2000)"]


def made_of(**sources: str) -> Measurements:
    return made.measurements(summaries=(replace(made.summary(), sources=sources),))


def test_other_text_under_the_same_name_is_remarked_on() -> None:
    one = made_of(journeys="aa", feeds="bb")
    assert list(remarks(one, one)) == []
    assert list(remarks(one, made_of(journeys="cc", feeds="bb"))) == ["the text of its journeys differs"]
    assert list(remarks(one, made_of(journeys="aa"))) == ["the text of its feeds differs"]
