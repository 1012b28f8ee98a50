"""Two runs on one site: the second is told who has it, and a killed one does not keep it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from environments.lookup import PACKAGE
from foundation.errors import ExitCode, Refused
from playbooks.running.locking import held

HOLDING = (
    "import sys; from pathlib import Path; from playbooks.running.locking import held\n"
    "with held('s', 'hosts configure s', Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()\n"
)


def test_the_second_is_told_who_has_it_and_since_when_until_that_process_is_gone(tmp_path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
    )
    assert other.stdout is not None
    other.stdout.readline()
    with pytest.raises(Refused) as caught, held("s", "hosts check s", tmp_path):
        pass
    assert f"`hosts configure s` (process {other.pid} of " in str(caught.value)
    assert "UTC" in str(caught.value)
    assert caught.value.exit_code == ExitCode.REFUSED
    with held("t", "hosts check t", tmp_path):
        pass
    other.kill()
    other.communicate()
    with held("s", "hosts check s", tmp_path):
        pass


def test_it_is_free_again_when_the_block_fails(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), held("s", "hosts check s", tmp_path):
        raise KeyboardInterrupt
    with held("s", "hosts check s", tmp_path):
        pass
