"""Each trial is a load test of its own, in a folder of its own, and looks at the machine meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from foundation import slo
from loadtests.capacity import loading
from loadtests.capacity.loading import LoadTrial
from loadtests.capacity.processors import Processors
from loadtests.capacity.trials import Outcome
from loadtests.planning.job import Job
from loadtests.recording.progress import Event, Progress
from tests.loadtests import made
from tests.loadtests.comparing.test_compare_command import A_SECOND, SECONDS, write_run

SECOND = Progress(
    second=1, wanted=1, reached=1, in_flight=0, p50_ms=1.0, p99_ms=1.0, errors=0,
    attempt_errors=0, turned_away=0,
)  # fmt: skip


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """The jobs of all trials: a recorded run stands for the generator, which has tests of its own."""
    jobs: list[Job] = []

    def generated(job: Job, listen: Callable[[Event], None]) -> None:
        jobs.append(job)
        write_run(Path(job.output), 50, job=replace(job, rate=float(A_SECOND)))
        listen(SECOND)

    monkeypatch.setattr(loading, "generate", generated)
    return jobs


def trial(tmp_path: Path, heard: list[Event] | None = None) -> LoadTrial:
    job = replace(made.job(duration=SECONDS, rate=A_SECOND, output=str(tmp_path / "out")), run="search")
    listen = (heard if heard is not None else []).append
    return LoadTrial(job=job, promised=[slo.parse("order p90 < 1s")], warm_up=5, listen=listen)


def test_each_trial_has_its_own_run_seed_and_folder(tmp_path: Path, sent: list[Job]) -> None:
    search = trial(tmp_path)
    search.run(20)
    search.run(40)
    assert [job.run for job in sent] == ["search-1", "search-2"]
    assert [job.rate for job in sent] == [20, 40]
    assert [job.seed for job in sent] == [8, 9]
    assert [Path(job.output).name for job in sent] == ["trial-01", "trial-02"]


def test_whoever_listens_hears_the_trial(tmp_path: Path, sent: list[Job]) -> None:
    heard: list[Event] = []
    trial(tmp_path, heard).run(20)
    assert heard == [SECOND]
    assert len(sent) == 1


def test_what_used_the_machine_up_is_of_the_trial(
    tmp_path: Path, sent: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Processors, "used_up", property(lambda _: "this machine's processors, 97% busy"))
    found = trial(tmp_path).run(20)
    assert found.saturated == "this machine's processors, 97% busy"
    assert found.outcome is not Outcome.HELD or found.reasons == ()
    assert len(sent) == 1
