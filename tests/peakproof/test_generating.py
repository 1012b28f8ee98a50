"""The generator's own words reach people as ours: what is wrong, and the exit code that it chose."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from environments.containers.node import NodeFailed
from environments.environment import Environment
from foundation.errors import ExitCode, InputError
from loadtests.planning.arrivals import Stream
from loadtests.planning.job import Job
from loadtests.recording import progress
from loadtests.recording.progress import Failed
from peakproof import generating


class Ended:
    """An environment in which whatever is started ends at once, with this log."""

    at_home = True

    def __init__(self, *log: str) -> None:
        self.log = log

    def start(self, *_: object) -> None:
        raise NodeFailed("generator ended (status 2) before it was ready", detail=self.log)


def generated(log: str, into: Path) -> None:
    job = Job(
        run="r", target="http://entry", journeys="journeys.py", streams=(Stream(journey="a", ratio=1.0),),
        rate=1.0, duration=1.0, seed=7, output="out",
    )  # fmt: skip
    generating.generate(cast(Environment, Ended(log)), job, [], lambda _: None, into)


def test_a_journeys_file_that_fails_is_the_person_s_input_and_no_json(tmp_path: Path) -> None:
    said = Failed(
        what="/load/journeys.py: the journeys file fails: NameError", hint="", exit_code=ExitCode.INPUT
    )
    with pytest.raises(InputError, match=r"^journeys\.py: the journeys file fails: NameError$"):
        generated(progress.line(said), tmp_path)


def test_a_generator_that_says_nothing_of_itself_is_a_node_that_failed(tmp_path: Path) -> None:
    with pytest.raises(NodeFailed, match="before it was ready"):
        generated("Killed", tmp_path)
