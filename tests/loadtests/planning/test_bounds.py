"""What a load may ask for at most."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.errors import InputError
from loadtests import profiles
from loadtests.planning.arrivals import Constant, Profile, Schedule, Stream
from loadtests.planning.bounds import LONGEST, MOST_ARRIVALS, MOST_RATE, excess_arrivals, excess_rate
from loadtests.planning.job import Job
from loadtests.planning.locustfile import Locust

ONE = [Stream(journey="order")]
HOUR = 3600.0
TWO = [*ONE, Stream(journey="look", ratio=3.0)]


def job(tmp_path: Path, **given: object) -> Job:
    values = {"rate": 60.0, "duration": 60.0, "streams": tuple(ONE), **given}
    return Job(
        run="r", target="http://127.0.0.1:9", journeys="j.py", seed=7, output=str(tmp_path),
        **values,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_rate_is_that_of_all_journeys() -> None:
    assert excess_rate(MOST_RATE, ONE) is None
    found = excess_rate(MOST_RATE / 2, TWO)
    assert found is not None
    assert found[0].startswith("2e+06 arrivals/s of all journeys")


def schedule(profile: Profile, *streams: Stream) -> Schedule:
    return Schedule(profile=profile, streams=streams, duration=HOUR, seed=7)


def test_as_many_arrivals_as_can_be_drawn_are_borne_and_no_more() -> None:
    assert excess_arrivals(schedule(Constant(peak=MOST_ARRIVALS / HOUR), *ONE)) is None
    assert excess_arrivals(schedule(Constant(peak=1.01 * MOST_ARRIVALS / HOUR), *ONE)) is not None
    assert excess_arrivals(schedule(Constant(peak=MOST_ARRIVALS / HOUR / 2), *TWO)) is not None


def test_arrivals_are_those_of_the_profile_and_not_of_its_peak() -> None:
    """The first minutes of a sale at their peak for the whole of it would be too much."""
    peak = 1.5 * MOST_ARRIVALS / HOUR
    drop = profiles.profile("midnight-drop", peak=peak, duration=HOUR)
    assert excess_arrivals(schedule(Constant(peak=peak), *ONE)) is not None
    assert excess_arrivals(schedule(drop, *ONE)) is None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"rate": 2e6}, "no generator comes to the end of them"),
        ({"rate": 1e6, "duration": 7200.0}, "7.2e+09 arrivals of all journeys: too many to draw"),
        ({"duration": LONGEST + 1.0}, "a week"),
    ],
)
def test_a_load_that_nobody_would_see_the_end_of_is_refused(
    tmp_path: Path, given: dict[str, object], says: str
) -> None:
    with pytest.raises(InputError) as told:
        job(tmp_path, **given)
    assert says in str(told.value)


def test_users_send_as_much_as_they_can(tmp_path: Path) -> None:
    closed = job(tmp_path, rate=0.0, duration=float(LONGEST), locust=Locust(model="closed", users=5))
    assert closed.closed
