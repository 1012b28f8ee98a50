"""`load compare` and `load spread` on runs that a real generator left."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from foundation.errors import InputError, RunInvalid
from loadtests.comparing import commands, reading, spread
from loadtests.planning.job import FILE, Job
from loadtests.recording import latency_log, summary
from loadtests.recording.counters import Counted, Counters, line
from loadtests.recording.histograms import Histogram
from loadtests.recording.latency_log import Clock, Interval, LatencyLog
from tests.loadtests import made

SECONDS = 20
A_SECOND = 100


def write_run(folder: Path, milliseconds: int, *, job: Job | None = None, clean: bool = True) -> Path:
    """A run in the format of the generator: every order took about the same time."""
    worker = folder / "worker-0"
    worker.mkdir(parents=True)
    (job or made.job(duration=SECONDS, rate=A_SECOND)).write(worker / FILE)
    log = LatencyLog(worker / latency_log.FILE, 10**18)
    for second in range(SECONDS):
        for clock, value in ((Clock.RESPONSE, milliseconds), (Clock.DISPATCH, 1)):
            times = Histogram()
            for number in range(A_SECOND):
                times.record(value * 1_000_000 + number * 10_000)
            log.write(Interval(series="order", clock=clock, second=second, histogram=times))
    log.close()
    each = dict.fromkeys(("wanted", "dispatched", "done", "completed", "attempts"), A_SECOND)
    counted = Counters(**each)
    lines = [line(Counted(second=s, journey="order", running=1, counters=counted)) for s in range(SECONDS)]
    (worker / "counters.jsonl").write_text("".join(lines))
    (worker / summary.ERRORS).write_text("[]")
    (worker / "ledger.jsonl").write_text("")
    summary.write(made.summary(arrivals=SECONDS * A_SECOND, clean=clean, interrupted=not clean), worker)
    return folder


@pytest.fixture
def sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Path, Path]]:
    """Writes two folders of runs: sides([100, 101], [130, 131]) in milliseconds."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def write(base: list[int], new: list[int]) -> tuple[Path, Path]:
        for name, times in (("base", base), ("new", new)):
            for number, time in enumerate(times):
                write_run(tmp_path / name / f"run-{number}", time)
        return tmp_path / "base", tmp_path / "new"

    return write


Sides = Callable[..., tuple[Path, Path]]


@pytest.mark.parametrize(
    ("new", "code", "says"),
    [([130, 131, 129], 1, "slower"), ([101, 100, 100], 0, "same"), ([70, 71, 70], 0, "faster")],
)
def test_the_exit_code_says_what_the_document_says(
    sides: Sides, capsys: pytest.CaptureFixture[str], new: list[int], code: int, says: str
) -> None:
    base, other = sides([100, 101, 100], new)
    assert commands.compare([base], [other], [99.0], 7, as_json=True) == code
    found = json.loads(capsys.readouterr().out)
    assert found["change"] == says
    assert [each["series"] for each in found["comparisons"]] == ["order"]
    assert len(found["base"]) == 3


def test_single_runs_are_undecided_until_the_machine_knows_its_spread(
    sides: Sides, capsys: pytest.CaptureFixture[str]
) -> None:
    base, new = sides([100, 101, 102], [150])
    single = [base / "run-0"]
    assert commands.compare(single, [new], [99.0], 7, as_json=False) == 3
    assert "order p99: one run says nothing" in " ".join(capsys.readouterr().err.split())
    assert commands.store_spread([base], [99.0], as_json=False) == 0
    assert commands.compare(single, [new], [99.0], 7, as_json=False) == 1


def test_a_stored_spread_is_read_back_and_added_to(tmp_path: Path) -> None:
    file = tmp_path / "state" / "spread.json"
    one, two = spread.Spread(deviation=0.02, runs=4), spread.Spread(deviation=0.03, runs=5)
    spread.store({("order", 99.0): one}, file)
    spread.store({("look", 50.0): two}, file)
    assert spread.load(file) == {("order", 99.0): one, ("look", 50.0): two}


def test_a_spread_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "spread.json").write_text('{"format": 9}')
    with pytest.raises(InputError, match="not a readable spread"):
        spread.load(tmp_path / "spread.json")


def test_a_run_is_no_evidence_about_itself(sides: Sides) -> None:
    base, _ = sides([100], [])
    with pytest.raises(InputError, match="named twice"):
        reading.read([[base], [base / "run-0"]], [99.0])


def test_other_loads_are_not_compared(sides: Sides, tmp_path: Path) -> None:
    base, _ = sides([100], [])
    faster = write_run(tmp_path / "other", 100, job=replace(made.job(duration=SECONDS), rate=50.0))
    with pytest.raises(InputError, match=r"its rate \(50, not 100\)"):
        reading.read([[base], [faster]], [99.0])


def test_another_target_is_compared_when_that_is_what_was_meant(
    sides: Sides, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base, _ = sides([100, 101, 100], [])
    elsewhere = replace(made.job(duration=SECONDS, rate=A_SECOND), target="http://127.0.0.1:2")
    for number in range(3):
        write_run(tmp_path / "branch" / f"run-{number}", 100, job=elsewhere)
    with pytest.raises(InputError, match="its target") as told:
        commands.compare([base], [tmp_path / "branch"], [99.0], 7, as_json=False)
    assert told.value.hint is not None
    assert "--other-target" in told.value.hint
    code = commands.compare([base], [tmp_path / "branch"], [99.0], 7, as_json=True, other_target=True)
    assert code == 0
    found = json.loads(capsys.readouterr().out)
    assert found["remarks"] == ["runs on 2 targets: http://127.0.0.1:1, http://127.0.0.1:2"]


def test_an_invalid_run_is_not_compared(sides: Sides, tmp_path: Path) -> None:
    base, _ = sides([100], [])
    with pytest.raises(RunInvalid) as told:
        reading.read([[base], [write_run(tmp_path / "broken", 100, clean=False)]], [99.0])
    assert any("generators ended well" in text for text in told.value.detail)


def test_a_rehearsals_report_is_a_run_by_its_load(sides: Sides, tmp_path: Path) -> None:
    base, _ = sides([100], [])
    shutil.copytree(base / "run-0", tmp_path / "report" / "load")
    before, after = reading.read([[base], [tmp_path / "report"]], [99.0]).runs
    assert before[0].percentile("order", 99.0) == after[0].percentile("order", 99.0) > 0


def test_a_folder_without_runs_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no runs here"):
        reading.read([[tmp_path], [tmp_path / "none"]], [99.0])


@pytest.mark.parametrize("text", ["99", "p", "p100", "pp9", "p0"])
def test_a_percentile_is_written_as_such(text: str) -> None:
    with pytest.raises(InputError, match="such as p99"):
        commands.quantile(text)
