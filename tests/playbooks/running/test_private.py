"""Secrets of a run are in memory only, for nobody else, and never left behind."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from environments.lookup import PACKAGE
from foundation.errors import Unavailable
from playbooks.running import private

SHM = Path("/dev/shm")
MOUNTS = (
    "22 1 254:0 / / rw - ext4 /dev/vda rw\n"
    "24 22 0:21 / /dev/shm rw - tmpfs tmpfs rw\n"
    "25 22 0:22 / /run/user rw - tmpfs tmpfs rw\n"
    "26 25 254:1 / /run/user/0/my\\040disk rw - xfs /dev/vdb rw\n"
)


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/dev/shm/x", "tmpfs"),
        ("/var/tmp", "ext4"),
        ("/run/user/0", "tmpfs"),
        ("/run/user/0/my disk/x", "xfs"),
        ("/run/users", "ext4"),
    ],
)
def test_the_file_system_of_a_place_is_that_of_the_nearest_mount(place: str, kind: str) -> None:
    assert private.kind_of(Path(place), MOUNTS) == kind


def test_a_place_on_a_disk_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no folder in memory") as caught:
        private.in_memory([tmp_path, tmp_path / "absent"], "1 0 8:1 / / rw - ext4 /dev/sda rw\n")
    assert "tmpfs" in str(caught.value.hint)


def test_a_disk_is_passed_over_for_memory() -> None:
    with TemporaryDirectory() as short:  # pytest's own folders may be too long for a socket in them
        memory = Path(short) / "m"
        memory.mkdir()
        table = f"1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:2 / {memory} rw - tmpfs tmpfs rw\n"
        assert private.in_memory([Path(short), memory], table) == memory


def test_a_place_whose_path_leaves_no_room_for_a_socket_is_passed_over() -> None:
    table = "1 0 0:1 / / rw - tmpfs tmpfs rw\n"
    with tempfile.TemporaryDirectory(prefix="t" * 50, dir="/tmp") as long:
        assert private.in_memory([Path(long), SHM], table) == SHM


def test_the_folder_is_this_users_alone_and_gone_whatever_happens() -> None:
    def broken() -> None:
        with private.folder([SHM]) as made:
            seen.append(made)
            assert stat.S_IMODE(made.stat().st_mode) == 0o700
            (made / "secret").write_text("s")
            raise KeyboardInterrupt

    seen: list[Path] = []
    with pytest.raises(KeyboardInterrupt):
        broken()
    assert not seen[0].exists()


def test_what_a_killed_run_left_goes_and_what_lives_stays(tmp_path: Path) -> None:
    home = tmp_path
    script = (
        "import sys, time; from pathlib import Path; from unittest.mock import patch\n"
        "from playbooks.running import private\n"
        f"with patch.object(private, 'in_memory', lambda *_: Path({str(home)!r})):\n"
        "    with private.folder() as made: print(made, flush=True); sys.stdin.read()\n"
    )
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(PACKAGE)},
        )
        for _ in range(2)
    ]
    killed, alive = (Path(_line(process)) for process in begun)
    begun[0].send_signal(signal.SIGKILL)
    begun[0].wait()
    assert killed.exists()
    assert private.sweep(home) == [killed]
    assert alive.exists()
    begun[1].communicate()
    assert list(home.iterdir()) == []


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()
