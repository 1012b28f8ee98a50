"""The plugin as others get it: a wheel that needs pytest alone and is found by it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from environments.lookup import PACKAGE

pytestmark = pytest.mark.integration
UV = Path(sys.executable).parent / "uv"


def done(*words: str | Path, cwd: Path) -> str:
    variables = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHONPATH", "PYTEST"))
    }
    ended = subprocess.run(
        list(map(str, words)), cwd=cwd, capture_output=True, text=True, timeout=200, env=variables
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_in_a_clean_interpreter_with_pytest_alone_the_fixture_is_there(tmp_path: Path) -> None:
    source, venv = PACKAGE / "pytest_peakproof", tmp_path / "venv"
    done(
        UV, "build", "--wheel", "--no-build-isolation", "--offline", "--python", sys.executable,
        "--out-dir", tmp_path / "dist", source, cwd=tmp_path,
    )  # fmt: skip
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    done(UV, "venv", "--offline", "--python", sys.executable, venv, cwd=tmp_path)
    python = venv / "bin" / "python"
    done(UV, "pip", "install", "--offline", "--python", python, wheel, cwd=tmp_path)
    installed = done(UV, "pip", "freeze", "--python", python, cwd=tmp_path)
    assert not any(line.startswith("peakproof") for line in installed.splitlines())
    told = done(python, "-m", "pytest", "--fixtures", cwd=tmp_path)
    assert "peakproof_env [session scope]" in told
