"""The folder of a command is gone when it ends, or when the next one begins; nobody else's is touched."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from anonymizer.copying.scratch import remove_stale, scratch
from foundation.errors import Unavailable

KILLED = """
import os, signal
from anonymizer.copying.scratch import scratch
with scratch() as folder:
    (folder / "rows").write_text("masked")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_only_the_owner_may_look_into_it_and_it_goes_with_what_is_in_it(below: Path) -> None:
    with scratch() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "rows").write_text("masked")
    assert list(below.iterdir()) == []


def test_what_a_killed_command_left_goes_when_the_next_begins(below: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED], check=False)
    assert killed.returncode == -9
    left = list(below.glob("peakproof-*/rows"))
    assert len(left) == 1
    with scratch() as folder:
        assert list(below.iterdir()) == [folder]


def test_another_command_keeps_its_folder() -> None:
    with scratch() as folder:
        (folder / "rows").write_text("masked")
        remove_stale()
        assert (folder / "rows").exists()


def test_a_link_is_not_followed(below: Path) -> None:
    (below / "mine").mkdir()
    (below / "mine" / "rows").write_text("mine")
    (below / "peakproof-rows-x").symlink_to(below / "mine")
    remove_stale()
    assert (below / "mine" / "rows").exists()


def test_no_folder_is_told_with_what_to_do(below: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(below / "gone"))
    with pytest.raises(Unavailable, match="no folder for rows") as refused, scratch():
        pass
    assert "TMPDIR" in str(refused.value.hint)
