"""What workers start from: with any TMPDIR that the machine takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import multiprocessing.util, tempfile
from anonymizer.postgres import workers
workers.preload()
print(tempfile.gettempdir())
print(multiprocessing.util.get_temp_dir())
"""


def started(folder: Path) -> tuple[Path, Path]:
    """Where a program with that TMPDIR puts its files, and where the socket of what workers start from is."""
    folder.mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    files, socket = done.stdout.splitlines()
    return Path(files), Path(socket)


@pytest.mark.parametrize("length", [75, 76, 200])
def test_a_long_tmpdir_is_used_for_all_but_a_socket_whose_name_has_107_bytes_at_most(
    tmp_path_factory: pytest.TempPathFactory, length: int
) -> None:
    base = tmp_path_factory.mktemp("t")
    folder = base / ("ż" + "x" * (length - len(str(base)) - 3))
    assert len(os.fsencode(folder)) == length
    files, socket = started(folder)
    assert files == folder
    assert (socket.parent == folder) == (length <= 75)
    assert not socket.exists(), "it goes with the command"
