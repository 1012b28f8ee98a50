"""Runs a program of this machine to its end, or ends it with all its children when told to. No shell."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from foundation.errors import Interrupted, Unavailable

_FULL = re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE)
_LAST_LINES = 20
_ASK_AGAIN_S = 0.1
_GRACE_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a program ended: its status and what it wrote to both its outputs."""

    status: int
    output: str

    def failure(self, what: str, *, hint: str, folder: Path) -> Unavailable:
        """The error for a program that failed while it filled `folder`, with its last lines."""
        if _FULL.search(self.output):
            what, hint = (
                f"{what}: the disk is full",
                f"see `df -h {folder}`, free some gigabytes, then try again",
            )
        return Unavailable(
            what, where=str(folder), hint=hint, detail=self.output.strip().splitlines()[-_LAST_LINES:]
        )


def run(
    argv: Sequence[str],
    *,
    stop: threading.Event,
    environment: Mapping[str, str] | None = None,
    as_root: Sequence[str] = (),
) -> Finished:
    """The program's end. `as_root` comes before argv, such as ("sudo", "-n").

    Raises Interrupted once `stop` is set and the program with its children has ended; FileNotFoundError.
    """
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*as_root, *argv],
            env=None if environment is None else dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a group of its own, so that its children end with it
        )
        try:
            _wait(process, stop)
        except BaseException:
            _end(process, as_root)
            raise
        output.seek(0)
        return Finished(status=process.returncode, output=output.read().decode(errors="replace"))


def _wait(process: subprocess.Popen[bytes], stop: threading.Event) -> None:
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_ASK_AGAIN_S)
            return
        if stop.is_set():
            raise Interrupted("interrupted")


def _end(process: subprocess.Popen[bytes], as_root: Sequence[str]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        _signal(process.pid, number, as_root)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_S)
            return


def _signal(group: int, number: signal.Signals, as_root: Sequence[str]) -> None:
    """To the whole group; as root where it is root's."""
    if as_root:
        # The shell's own kill: the program is not on every machine.
        kill = [*as_root, "sh", "-c", f"kill -{number.value} -{group}"]
        subprocess.run(kill, capture_output=True, check=False)
        return
    with suppress(ProcessLookupError):
        os.killpg(group, number)
