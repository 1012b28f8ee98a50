"""What people see of a load while it runs, where nothing redraws a screen: a line every ten seconds."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from loadtests import screen
from loadtests.arrivals import Stream
from loadtests.job import Job
from loadtests.progress import Progress

JOB = Job(
    run="r", target="http://entry", journeys="journeys.py", streams=(Stream(journey="order"),),
    rate=60.0, duration=60.0, seed=7, output="out",
)  # fmt: skip


def line(second: int, p99_ms: float | None) -> str:
    output = io.StringIO()
    now = Progress(
        second=second, wanted=60, reached=58, in_flight=3, p50_ms=p99_ms, p99_ms=p99_ms, errors=1,
        attempt_errors=0, turned_away=2,
    )  # fmt: skip
    with screen.live(Console(file=output, width=120), JOB) as listen:
        listen(now)
    return output.getvalue().strip()


@pytest.mark.parametrize(("p99_ms", "told"), [(12.34, "12.3 ms"), (None, "not yet known")])
def test_a_line_tells_of_its_last_second(p99_ms: float | None, told: str) -> None:
    expected = f"10 s of 60, in the last: 58 of 60 arrivals, p99 {told}, 1 errors, 2 turned away"
    assert line(10, p99_ms) == expected


def test_nine_seconds_of_ten_say_nothing() -> None:
    assert line(11, 12.3) == ""
