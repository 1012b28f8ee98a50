"""A project that is tested from its own folder may call its packages what it likes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from foundation import modules
from tests.loadtests.conftest import RunningShop

JOURNEYS = """
from peakproof.journeys import Journey, task
from catalogue import PATH

class Look(Journey):
    journey = "look"

    @task
    def look(self) -> None:
        self.get("page", PATH)
"""


@pytest.mark.parametrize("old", [False, True])
def test_a_folder_called_loadtests_beside_the_journeys_is_in_nobodys_way(
    shop: Callable[..., RunningShop], tmp_path: Path, *, old: bool
) -> None:
    for name in ("loadtests", "foundation", "environments"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('the project's own')")
    (tmp_path / "catalogue.py").write_text("PATH = '/health/live'")
    imported = "loadtests.generator" if old else "peakproof.journeys"
    (tmp_path / "journeys.py").write_text(JOURNEYS.replace("peakproof.journeys", imported))
    command = [sys.executable, "-P", "-m", "peakproof.cli", "load", "run", shop().url]
    done = subprocess.run(
        [*command, "--journeys", "journeys.py", "--journey", "look", "--once"],
        cwd=tmp_path, env=modules.environment(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
