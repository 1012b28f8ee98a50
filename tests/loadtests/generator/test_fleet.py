"""Several generator processes as one: what is started together goes together."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from loadtests.planning.arrivals import Stream
from loadtests.planning.job import FILE, Job

JOURNEYS = Path(__file__).parents[1] / "journeys.py"
PATIENCE = 20.0


def processes_of(path: Path) -> list[str]:
    """The command lines of this machine's processes that name a job."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            told = each.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it ended meanwhile
            continue
        if str(path) in told:
            found.append(told)
    return found


def until(path: Path, least: int) -> list[str]:
    """Waits until so many processes name the job."""
    deadline = time.monotonic() + PATIENCE
    while len(found := processes_of(path)) < least and time.monotonic() < deadline:
        pass
    return found


def test_a_fleet_that_is_told_to_end_while_it_starts_leaves_no_process(tmp_path: Path) -> None:
    job = Job(
        run="fleet", target="http://127.0.0.1:9", journeys=str(JOURNEYS), streams=(Stream(journey="order"),),
        rate=10.0, duration=60.0, seed=7, output=str(tmp_path), processes=24,
    )  # fmt: skip
    path = tmp_path / FILE
    job.write(path)
    command = [sys.executable, "-m", "loadtests.generator", str(path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as fleet:
        assert len(until(path, 3)) >= 3  # itself, and the first of its workers
        fleet.send_signal(signal.SIGTERM)
        fleet.wait(PATIENCE)
        assert processes_of(path) == []
