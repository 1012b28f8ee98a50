"""docs/loadtests/tutorial.md, command by command as a reader types it; only shorter, on a port of its own."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from loadtests.judging import measurements

ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture
def shop(root: Path, tmp_path: Path) -> Iterator[str]:
    """The URL of the tutorial's shop, whose files are in the reader's folder."""
    shutil.copytree(root / "docs" / "loadtests" / "teashop", tmp_path, dirs_exist_ok=True)
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "server.py"), "0"], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().split()[-1]
        server.kill()


def commands(root: Path) -> list[str]:
    text = (root / "docs" / "loadtests" / "tutorial.md").read_text()
    return [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]


def test_every_command_works_in_its_order(shop: str, root: Path, tmp_path: Path) -> None:
    first, *others = commands(root)
    assert first == "python3 server.py 8000"
    for command in others:
        program, *arguments = shlex.split(command.replace(ADDRESS, shop).replace("10s", "2s"))
        assert program == "peakproof"
        if "run" in arguments:
            arguments.append("--no-self-test")
        argv = [sys.executable, "-c", "from peakproof.cli import main; main()", *arguments, "--json"]
        done = subprocess.run(
            argv, cwd=tmp_path, env={"PYTHONPATH": str(root)}, capture_output=True, text=True, timeout=60
        )
        assert done.returncode in (0, 3), f"{command}\n{done.stderr}"  # a busy test machine may be late
        assert json.loads(done.stdout)
    for folder in ("first", "second", "third", "fourth"):
        measured = measurements.read(tmp_path / folder)
        total = measured.totals()
        assert measured.failures == ()
        assert total.completed == total.wanted > 0, folder
    assert "testsuite" in (tmp_path / "verdict.xml").read_text()


def test_the_journey_that_it_explains_is_the_one_that_runs(root: Path) -> None:
    shown = (root / "docs" / "loadtests" / "tutorial.md").read_text().split("```python\n")[1].split("```")[0]
    used = (root / "docs" / "loadtests" / "teashop" / "journeys.py").read_text()
    assert shown.split('journey = "look"\n')[1].strip() in used
