"""A generator process under another: started, told when the load begins, heard, ended. One way for all.

It says on its stdout that it is ready (recording.progress); on its stdin it is told the start: `{"at": ns}`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from gevent import subprocess

from foundation import modules
from foundation.errors import Interrupted
from loadtests.generator.control import say
from loadtests.recording.progress import Ready


class Child:
    """A process that does one worker's share of the job in a file."""

    def __init__(self, job: Path, worker: int) -> None:
        self._process = subprocess.Popen(
            modules.command("loadtests.generator", str(job), "--worker", str(worker)),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=modules.environment(),
        )  # fmt: skip

    def begin(self, at: int) -> None:
        """Tells it when the load begins, in ns since the epoch."""
        self._process.stdin.write(json.dumps({"at": at}) + "\n")
        self._process.stdin.flush()

    def lines(self) -> Iterator[str]:
        """What it says, until it ends."""
        yield from self._process.stdout

    def end(self) -> None:
        """Tells it to end well, if it has not ended."""
        if self._process.poll() is None:
            self._process.terminate()

    def wait(self) -> int:
        """Its exit status, when it has ended."""
        return int(self._process.wait())


def follow(ready: Ready) -> int:
    """The child's side of the agreement: says that it is ready, and is told the start."""
    say(ready)
    told = sys.stdin.readline()
    if not told:
        raise Interrupted("the fleet ended before the load started")
    return int(json.loads(told)["at"])
