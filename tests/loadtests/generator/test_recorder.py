"""What is recorded comes back by the second in which it was due, each value once, in whatever stages."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests.recording import counters, kinds, latency_log
from loadtests.recording.counters import Counters
from loadtests.recording.histograms import Histogram, of
from loadtests.recording.latency_log import Clock
from tests.loadtests.generator.alone import alone

if TYPE_CHECKING:
    from loadtests.generator.recorder import Recorder

recording = alone("recorder")
SECOND, STARTED, AT = 10**9, 5 * 10**9, 10**18
# Series, clock, when due (ns since the start), how long (ns).
Told = tuple[str, Clock, int, int]
told = st.lists(
    st.tuples(
        st.sampled_from(["order", "order/place", "look"]), st.sampled_from(Clock),
        st.integers(0, 4 * SECOND - 1), st.integers(-5, 10**10),
    ),
    max_size=40,
)  # fmt: skip


@pytest.fixture
def rests() -> list[float]:
    return []


@pytest.fixture
def recorder(tmp_path: Path, rests: list[float]) -> Recorder:
    return begun(tmp_path, rests)


def begun(folder: Path, rests: list[float]) -> Recorder:
    found: Recorder = recording.Recorder(folder, give_way=rests.append)
    found.begin(started=STARTED, started_at=AT)
    return found


def read(folder: Path) -> dict[tuple[str, Clock, int], Histogram]:
    found: dict[tuple[str, Clock, int], Histogram] = {}
    for each in latency_log.read(folder / latency_log.FILE):
        found.setdefault((each.series, each.clock, each.second), Histogram()).add(each.histogram)
    return found


@settings(max_examples=40)
@given(first=told, then=told, before=st.integers(0, 5))
def test_every_value_is_in_the_log_once_where_it_was_due(
    tmp_path_factory: pytest.TempPathFactory, first: list[Told], then: list[Told], before: int
) -> None:
    folder = tmp_path_factory.mktemp("recorder")
    recorder = begun(folder, [])
    for part in (first, then):
        for series, clock, due, value in part:
            recorder.latency(series, clock, STARTED + due, value)
        recorder.write(before=before)
    recorder.close()
    expected: dict[tuple[str, Clock, int], list[int]] = {}
    for series, clock, due, value in first + then:
        expected.setdefault((series, clock, due // SECOND), []).append(value)
    assert read(folder) == {key: of(values) for key, values in expected.items()}
    delays = [
        value for series, clock, _, value in first + then if clock is Clock.DISPATCH and "/" not in series
    ]
    assert recorder.dispatch == of(delays)


@settings(max_examples=40)
@given(
    counted=st.lists(st.tuples(st.sampled_from(["order", "look"]), st.integers(0, 5), st.integers(1, 9))),
    before=st.integers(0, 6),
)
def test_what_was_counted_adds_up_and_is_forgotten_when_it_is_written(
    tmp_path_factory: pytest.TempPathFactory, counted: list[tuple[str, int, int]], before: int
) -> None:
    folder = tmp_path_factory.mktemp("recorder")
    recorder = begun(folder, [])
    for journey, second, number in counted:
        recorder.count(journey, STARTED + second * SECOND).wanted += number
    assert recorder.write(before=before).wanted == sum(n for _, second, n in counted if second < before)
    assert recorder.write().wanted == sum(n for _, second, n in counted if second >= before)
    assert recorder.write() == Counters()
    recorder.close()
    found: Counter[tuple[str, int]] = Counter()
    for line in counters.read(folder / counters.FILE):
        found[line.journey, line.second] += line.counters.wanted
    expected: Counter[tuple[str, int]] = Counter()
    for journey, second, number in counted:
        expected[journey, second] += number
    assert found == expected
    assert {name: total.wanted for name, total in recorder.totals.items()} == {
        name: sum(n for (journey, _), n in expected.items() if journey == name)
        for name in {journey for journey, _, _ in counted}
    }


@pytest.mark.parametrize(("due", "second"), [(0, 0), (1, 0), (SECOND - 1, 0), (SECOND, 1), (-1, -1)])
def test_a_second_begins_with_its_first_nanosecond(recorder: Recorder, due: int, second: int) -> None:
    recorder.count("order", STARTED + due).wanted += 1
    assert recorder.write(before=second).wanted == 0
    assert recorder.write(before=second + 1).wanted == 1


def test_only_journeys_and_only_their_answers_are_told_while_the_load_runs(recorder: Recorder) -> None:
    recorder.latency("order", Clock.RESPONSE, STARTED, 7)
    recorder.latency("order", Clock.SERVICE, STARTED, 8)
    recorder.latency("order/place", Clock.RESPONSE, STARTED, 9)
    recorder.latency("look", Clock.RESPONSE, STARTED, 10)
    recorder.ended("order", 11)
    assert recorder.answered("order") == of([7, 11])
    assert recorder.answered("order") == Histogram(), "since it was asked last"
    assert recorder.answered("look") == Histogram(), "all that ended until then is told or never"


def test_a_failure_is_kept_once_a_kind_and_counted_each_time(recorder: Recorder) -> None:
    for number in range(3):
        recorder.failure("order", STARTED + number * SECOND, ValueError(f"took {number}.25 s"))
    [(kind, failure)] = recorder.failures.items()
    assert kind == failure.kind == "order: ValueError: took … s"
    assert (failure.second, recorder.kinds[kind]) == (0, 3)
    assert "ValueError: took 0.25 s" in failure.traceback


def test_an_error_that_names_its_kind_is_of_that_kind(recorder: Recorder) -> None:
    error = OSError("x")
    error.kind = "order/place: status 500"  # type: ignore[attr-defined]
    recorder.failure("order", STARTED, error)
    assert list(recorder.kinds) == ["order/place: status 500"]


def test_of_endlessly_many_kinds_fifty_and_the_rest_are_shown_and_all_are_counted(recorder: Recorder) -> None:
    for number in range(60):
        recorder.failure("order", STARTED + number * SECOND, ValueError("x" * number))
        recorder.failure("order", STARTED, ValueError("x"))
    assert len(recorder.failures) == kinds.MOST + 1
    assert sum(recorder.kinds.values()) == 120
    assert recorder.kinds["order: ValueError: x"] == 61, "a known kind stays its own"
    assert recorder.kinds[f"order: {kinds.OTHERS}"] == 60 - kinds.MOST
    assert recorder.failures[f"order: {kinds.OTHERS}"].second == kinds.MOST, "the first of them"


def test_writing_gives_way_between_lines_and_keeps_up_with_the_load(
    recorder: Recorder, rests: list[float]
) -> None:
    recorder.latency("order", Clock.RESPONSE, STARTED, 7)
    recorder.write()
    assert rests == [pytest.approx(0.02)]
    rests.clear()
    for number in range(100):
        recorder.latency(f"order/{number}", Clock.RESPONSE, STARTED, 7)
    recorder.write()
    assert len(rests) == 100
    assert sum(rests) <= 0.5


def test_a_line_says_how_many_ran_when_it_was_written(recorder: Recorder, tmp_path: Path) -> None:
    recorder.running = 7
    recorder.count("order", STARTED).attempts += 2
    recorder.write()
    assert json.loads((tmp_path / counters.FILE).read_text()) == {
        "second": 0, "journey": "order", "running": 7, "attempts": 2,
    }  # fmt: skip
