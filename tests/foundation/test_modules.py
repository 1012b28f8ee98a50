"""Our modules run as processes of their own, whatever stands in the folder that they are started in."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from foundation import modules


def ran(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        modules.command("foundation.units"),
        cwd=folder,
        env=modules.environment(),
        capture_output=True,
        text=True,
    )


def test_a_package_of_the_same_name_in_the_current_folder_is_not_taken_for_ours(tmp_path: Path) -> None:
    (tmp_path / "foundation").mkdir()
    (tmp_path / "foundation" / "__init__.py").write_text("raise SystemExit('of the project')")
    done = ran(tmp_path)
    assert done.returncode == 0, done.stderr


def test_what_was_on_the_path_stays_on_it_behind_ours_and_nothing_twice(
    monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.setenv("PYTHONPATH", f"/given:{root}:")
    assert modules.environment("/after", "/given")["PYTHONPATH"] == f"{root}:/given:/after"
