"""A fault in force: applies it, waits, undoes it. SIGTERM ends the wait, so it undoes at once.

Called as: fault.py DOCUMENT (environments/faults/fault.py writes it). Prints what it did with times, one JSON
a line. What hits nothing is missed, and is not undone. Status 0 means that nothing is left to undo. A helper
that ended otherwise is started again by the reaper: it finds its mark, and undoes.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

from docker_socket import done

MARK = Path("/agent/struck")


class HitNothing(Exception):  # noqa: N818 - it is no error
    """The fault did not happen, and why. `half`: something of it may stand."""

    def __init__(self, why: str, *, half: bool = False) -> None:
        super().__init__(why)
        self.half = half


def say(what: str, at: int, **more: str) -> None:
    print(json.dumps({"at": at, "did": what, **more}), flush=True)


def do(deed: dict[str, Any], patience: float) -> None:
    """Raises HitNothing where there was nothing to do, or it cannot be done."""
    if deed["does"] == "call":
        if not done("POST", deed["path"], patience=patience, **deed["query"]):
            raise HitNothing(deed["idle"])
        return
    command = ["bash", "-euc", deed["bash"]]
    ended = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if ended.returncode != 0:
        said = ended.stderr.decode(errors="replace").strip() or f"status {ended.returncode}"
        raise HitNothing(f"it could not be put in force: {said.splitlines()[-1]}", half=True)


def undo(fault: dict[str, Any]) -> None:
    """A target that is so already is undone; a script that fails is a bug, and leaves status 1."""
    try:
        do(fault["undo"], fault["patience"])
    except HitNothing as nothing:
        if nothing.half:
            raise
    MARK.unlink()


def strike(fault: dict[str, Any]) -> bool:
    """Whether it is in force now."""
    MARK.touch()
    struck = time.time_ns()  # before: the engine answers when the target has ended, up to a second later
    try:
        do(fault["apply"], fault["patience"])
    except HitNothing as nothing:
        if nothing.half:
            undo(fault)
        say("missed", struck, why=str(nothing))
        return False
    say("applied", struck)
    return True


def main(document: Path) -> None:
    told = threading.Event()

    def undo_now(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's arguments
        told.set()

    signal.signal(signal.SIGTERM, undo_now)
    fault = json.loads(document.read_text())
    if not MARK.exists():
        if not strike(fault):
            return
        told.wait(fault["seconds"])
    undo(fault)
    say("undone", time.time_ns())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
