"""What a generator says while it runs comes back as it was said; anything else is nobody's word."""

from __future__ import annotations

import json

import pytest

from loadtests.recording.progress import (
    Event,
    Failed,
    Finished,
    Note,
    Progress,
    Ready,
    Started,
    Statistics,
    line,
    parse,
)

NOW = Progress(
    second=3, wanted=60, reached=58, in_flight=4, p50_ms=None, p99_ms=12.5, errors=1, attempt_errors=2,
    turned_away=2, attempts=61, shed=5,
)  # fmt: skip
SAID: tuple[Event, ...] = (
    NOW,
    Ready(worker=0, schedule="abc", arrivals=60),
    Started(worker=1, at=10**18),
    Finished(worker=0, clean=True, folder="out/worker-0"),
    Failed(what="no such journey", hint="it has: look", exit_code=2),
    Note(text='said "this"\nand that'),
    Statistics(stats=[{"name": "look"}], stats_total={}, errors={}),
)


@pytest.mark.parametrize("event", SAID, ids=lambda event: type(event).__name__)
def test_an_event_is_one_line_that_says_it(event: Event) -> None:
    text = line(event)
    assert text.endswith("\n")
    assert text.count("\n") == 1
    assert parse(text) == event


def test_a_percentile_that_is_not_known_is_null() -> None:
    assert json.loads(line(NOW))["p50_ms"] is None


@pytest.mark.parametrize(
    "text",
    ["", "hello\n", "[1, 2]\n", '{"event": "rumour"}\n', '{"event": "note"}\n', '{"text": "x"}\n', "3\n"],
)
def test_a_journeys_own_print_is_no_event(text: str) -> None:
    assert parse(text) is None


def test_counts_that_an_older_generator_does_not_say_are_none() -> None:
    said = {name: value for name, value in json.loads(line(NOW)).items() if name not in ("attempts", "shed")}
    found = parse(json.dumps(said))
    assert isinstance(found, Progress)
    assert (found.attempts, found.shed) == (0, 0)
