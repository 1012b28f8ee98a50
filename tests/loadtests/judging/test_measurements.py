"""Measurements read from a folder: whatever is missing or cut off is a problem in words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from foundation.errors import InputError
from loadtests.judging.measurements import Measurements, Window, read
from loadtests.recording import counters, latency_log, summary
from loadtests.recording.counters import Counted, Counters
from loadtests.recording.latency_log import Clock, Interval, LatencyLog
from loadtests.recording.ledger import Ledger, Outcome
from tests.loadtests import made


def folder(path: Path, worker: int = 0) -> Path:
    """What a worker leaves that served two orders in each of three seconds."""
    here = path / f"worker-{worker}"
    here.mkdir(parents=True)
    made.job(duration=3, output=str(path)).write(here / "job.json")
    log = LatencyLog(here / latency_log.FILE, 10**18)
    ledger = Ledger(here / "ledger.jsonl", lambda: 10**18)
    lines = []
    for second in range(3):
        for clock in Clock:
            log.write(
                Interval(series="order", clock=clock, second=second, histogram=made.all_at(second + 1, 2))
            )
        both = Counters(wanted=2, dispatched=2, done=2, completed=2, attempts=2)
        lines.append(counters.line(Counted(second=second, journey="order", running=1, counters=both)))
        for number in (0, 1):
            ledger.intend(f"run-{second}{number}", "content")
            ledger.settle(f"run-{second}{number}", Outcome.ACKNOWLEDGED, attempts=1)
    log.close()
    ledger.close()
    (here / counters.FILE).write_text("".join(lines))
    (here / summary.ERRORS).write_text("[]")
    counted = {"intents": 6, "outcomes": {"acknowledged": 6}, "intervals": 9, "worker": worker}
    (here / summary.FILE).write_text(
        json.dumps({"format": 1, **_values(made.summary(arrivals=6)), **counted})
    )
    return here


def _values(found: summary.Summary) -> dict[str, object]:
    return {name: getattr(found, name) for name in summary.Summary.__dataclass_fields__}


def test_a_whole_folder_has_no_problems(tmp_path: Path) -> None:
    folder(tmp_path)
    measured = read(tmp_path)
    assert measured.problems == ()
    assert measured.histogram("order").total == 6
    assert measured.totals("order").wanted == 6
    assert len(list(measured.ledger())) == 12
    assert measured.started_at == 10**18


def test_several_workers_add_up(tmp_path: Path) -> None:
    for worker in range(3):
        folder(tmp_path, worker)
    measured = read(tmp_path)
    assert measured.histogram("order").total == 18
    assert measured.count("order", "wanted") == {0: 6, 1: 6, 2: 6}
    assert measured.running == {0: 3, 1: 3, 2: 3}
    assert len(list(measured.ledger())) == 36


def test_windows_choose_seconds(tmp_path: Path) -> None:
    folder(tmp_path)
    measured = read(tmp_path)
    windows = [Window(start=1.2, end=1.8)]
    assert (measured.inside(windows), measured.outside(windows)) == ([1], [0, 2])
    assert measured.histogram("order", Clock.RESPONSE, [1]).percentile(50) / made.MS == pytest.approx(
        2, rel=1e-3
    )
    over_time = measured.over_time("order", [50.0, 99.0])
    assert [values[0] for values in over_time.values()] == pytest.approx([0.001, 0.002, 0.003], rel=1e-3)
    assert list(measured.over_time("order", [50.0], width=2)) == [0, 2]


def test_what_came_after_the_loads_last_second_is_judged_with_the_rest(tmp_path: Path) -> None:
    here = folder(tmp_path)
    late = Counted(second=5, journey="order", running=1, counters=Counters(completed=1))
    with (here / counters.FILE).open("a") as lines:
        lines.write(counters.line(late))
    measured = read(tmp_path)
    assert (measured.seconds, measured.judged) == (range(3), range(6))
    assert measured.outside([Window(start=0, end=4)]) == [4, 5]


def damaged(here: Path, name: str, how: str) -> Measurements:
    path = here / name
    if how == "absent":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-40])
    return read(here.parent)


@pytest.mark.parametrize("how", ["absent", "cut off"])
@pytest.mark.parametrize("name", ["ledger.jsonl", "latency.hlog", "counters.jsonl", "summary.json"])
def test_a_file_that_is_absent_or_cut_off_is_a_problem(tmp_path: Path, name: str, how: str) -> None:
    measured = damaged(folder(tmp_path), name, how)
    assert measured.problems
    assert any(name in problem for problem in measured.problems)


def test_an_intent_without_an_outcome_is_a_problem(tmp_path: Path) -> None:
    path = folder(tmp_path) / "ledger.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    assert "1 intents in the ledger have no outcome" in " ".join(read(tmp_path).problems)


def test_times_that_are_missing_from_the_log_are_a_problem(tmp_path: Path) -> None:
    here = folder(tmp_path)
    lines = (here / latency_log.FILE).read_text().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("Tag=order:response,2")]
    (here / latency_log.FILE).write_text("".join(kept).replace("9 intervals", "8 intervals"))
    assert "order: 6 journeys were done, the latency log has 4" in read(tmp_path).problems


def test_a_folder_in_which_nothing_started_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no generator got as far as starting"):
        read(tmp_path)


# What the figures of one second and of all say ------------------------------------------------------------


def test_totals_are_of_a_journey_or_of_all_over_some_seconds_or_all(tmp_path: Path) -> None:
    here = folder(tmp_path)
    look = Counted(
        second=1, journey="look", running=4, counters=Counters(wanted=10, dispatched=9, turned_away=1)
    )
    with (here / counters.FILE).open("a") as lines:
        lines.write(counters.line(look))
    measured = read(tmp_path)
    assert (measured.totals("order").wanted, measured.totals("look").wanted, measured.totals().wanted) == (
        6,
        10,
        16,
    )
    assert measured.totals(seconds=[1]).wanted == 12
    assert measured.totals("nobody") == Counters()
    assert measured.count("look", "turned_away") == {0: 0, 1: 1, 2: 0}
    assert measured.running == {0: 1, 1: 4, 2: 1}


def test_lines_of_the_same_second_add_up(tmp_path: Path) -> None:
    here = folder(tmp_path)
    late = Counted(second=1, journey="order", running=0, counters=Counters(shed=3, errors=2))
    with (here / counters.FILE).open("a") as lines:
        lines.write(counters.line(late) * 2)
    assert (read(tmp_path).totals("order", [1]).shed, read(tmp_path).totals("order", [1]).errors) == (6, 4)


def test_a_second_in_which_nothing_was_measured_is_a_gap(tmp_path: Path) -> None:
    here = folder(tmp_path)
    lines = (here / latency_log.FILE).read_text().splitlines(keepends=True)
    kept = [text for text in lines if not re.match(r"Tag=order:[a-z]+,1\.000,", text)]
    (here / latency_log.FILE).write_text("".join(kept))
    measured = read(tmp_path)
    assert list(measured.over_time("order", [50.0])) == [0, 2]
    assert measured.histogram("order", seconds=[1]).total == 0
    assert measured.histogram("no-such-journey").total == 0
    assert measured.series == ("order",)


def test_failures_of_several_workers_are_one_kind_with_its_first(tmp_path: Path) -> None:
    for worker, (second, count) in enumerate([(2, 5), (1, 7)]):
        failure = {
            "kind": "order: status 404",
            "journey": "order",
            "second": second,
            "count": count,
            "traceback": "",
        }
        (folder(tmp_path, worker) / summary.ERRORS).write_text(json.dumps([failure]))
    (found,) = read(tmp_path).failures
    assert (found.kind, found.second, found.count) == ("order: status 404", 1, 12)


def test_windows_that_overlap_take_a_second_once(tmp_path: Path) -> None:
    folder(tmp_path)
    measured = read(tmp_path)
    both = [Window(start=0, end=1.5), Window(start=1, end=2)]
    assert (measured.inside(both), measured.outside(both)) == ([0, 1], [2])
    assert measured.inside([]) == []


def test_a_ledger_that_its_writer_could_not_write_is_a_problem(tmp_path: Path) -> None:
    here = folder(tmp_path)
    told = json.loads((here / summary.FILE).read_text()) | {"ledger_failure": "the disk is full"}
    (here / summary.FILE).write_text(json.dumps(told))
    assert "the disk is full" in " ".join(read(tmp_path).problems)


def test_a_ledger_with_other_counts_than_its_writers_is_a_problem(tmp_path: Path) -> None:
    here = folder(tmp_path)
    told = json.loads((here / summary.FILE).read_text()) | {"intents": 7}
    (here / summary.FILE).write_text(json.dumps(told))
    assert "the ledger has 6 intents and 6 outcomes, its writer counted others" in " ".join(
        read(tmp_path).problems
    )


def test_without_a_summary_nobody_knows_when_it_started(tmp_path: Path) -> None:
    (folder(tmp_path) / summary.FILE).unlink()
    assert read(tmp_path).started_at is None


class Seconds(list[int]):
    """Seconds that nobody looks through one by one."""

    def __contains__(self, second: object) -> bool:
        raise AssertionError(f"looked for second {second} among {len(self)}")


@pytest.mark.parametrize("seconds", [[], [7, 7, 99], list(range(50)), list(range(100))])
def test_a_load_of_a_week_is_judged_in_a_time_that_grows_with_its_seconds_alone(seconds: list[int]) -> None:
    measured, within = made.measurements(), set(seconds) & set(range(60))
    chosen = Seconds(seconds)
    assert measured.totals("order", chosen).wanted == 10 * len(within)
    assert measured.histogram("order", seconds=chosen).total == 10 * len(within)
