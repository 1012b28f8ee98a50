"""The generator's process has only what its image has: Locust's own packages and the standard library."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from loadtests.distributed import parcels
from peakproof import generating

ABSENT = ("pydantic", "rich", "typer", "yaml", "numpy", "polars", "hdrh", "docker")


def test_it_runs_from_its_own_files_without_our_other_packages(tmp_path: Path, root: Path) -> None:
    for name, path in parcels.modules():
        there = tmp_path / "loadtests" / name
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, there)
    for name in generating.BESIDE:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(root / name, tmp_path / name)
    program = f"""
import sys
sys.path[:0] = [{str(tmp_path)!r}]
for name in {ABSENT!r}:
    sys.modules[name] = None
import loadtests.generator.__main__, peakproof.journeys, foundation
print(foundation.__file__)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(tmp_path / "foundation" / "__init__.py")


def test_nothing_but_the_generator_imports_locust_or_gevent(root: Path) -> None:
    words = ("import locust", "from locust", "import gevent", "from gevent", "from geventhttpclient")
    rooms = ("foundation", "loadtests", "peakproof", "environments", "anonymizer", "infra")
    guilty = [
        str(path)
        for room in rooms
        for path in (root / room).rglob("*.py")
        if "loadtests/generator" not in str(path) and any(word in path.read_text() for word in words)
    ]
    assert guilty == []


def test_importing_the_load_tests_starts_nothing_of_gevent() -> None:
    program = "import sys, loadtests.commands; print('gevent' in sys.modules or 'locust' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False"
