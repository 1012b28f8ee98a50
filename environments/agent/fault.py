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

from docker_socket import call, done, run

MARK = Path("/agent/struck")
RAN = Path("/agent/ran")
"""What ran on a host before it went down, a container a line, the oldest first."""
AGAIN = 0.2  # seconds between two questions to a host that boots


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
    if deed["does"] == "host-down":
        host_down(deed)
        return
    if deed["does"] == "host-up":
        host_up(deed["container"], patience)
        return
    command = ["bash", "-euc", deed["bash"]]
    ended = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if ended.returncode != 0:
        said = ended.stderr.decode(errors="replace").strip() or f"status {ended.returncode}"
        raise HitNothing(f"it could not be put in force: {said.splitlines()[-1]}", half=True)


def host_down(deed: dict[str, Any]) -> None:
    """The host dies at once; what runs on it is remembered first."""
    host = deed["container"]
    try:
        status, printed = run(host, "docker", "ps", "--quiet", "--no-trunc")
    except OSError as error:
        raise HitNothing(deed["idle"]) from error
    if status != 0:
        raise HitNothing(f"its Docker Engine does not answer: {printed.strip()}")
    RAN.write_text("\n".join(reversed(printed.split())))
    if not done("POST", f"/containers/{host}/kill", signal="SIGKILL"):
        raise HitNothing(deed["idle"])


def host_up(host: str, patience: float) -> None:
    """It boots, its engine answers, what ran there runs again. Raises OSError where that takes too long.

    One that is no more is nobody's to bring back.
    """
    if call("GET", f"/containers/{host}/json") is None:
        return
    deadline = time.monotonic() + patience
    call("POST", f"/containers/{host}/start")
    missing, why = RAN.read_text().split() if RAN.exists() else [], "its Docker Engine did not answer"
    while True:
        missing, why = still_missing(host, missing)
        if not missing and not why:
            return
        if time.monotonic() > deadline:
            raise OSError(f"{host} is up, but not all that ran on it: {why or ', '.join(missing)}")
        time.sleep(AGAIN)


def still_missing(host: str, wanted: list[str]) -> tuple[list[str], str]:
    """What of `wanted` does not run yet after trying to start it all, and why."""
    try:
        status, printed = run(host, "docker", "ps", "--quiet", "--no-trunc")
        if status != 0:
            return wanted, printed.strip()
        down = [each for each in wanted if each not in printed]
        refused = {each: said for each in down if (said := not_started(host, each))}
    except OSError as error:
        return wanted, str(error)
    return [*refused], "; ".join({*refused.values()})


def not_started(host: str, container: str) -> str:
    """Why a container of a host does not start; nothing where it runs, or nobody wants it any more."""
    status, printed = run(host, "docker", "start", container)
    return "" if status == 0 or "No such container" in printed else printed.strip().splitlines()[0]


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
    try:
        undo(fault)
    except (OSError, HitNothing) as error:
        say("stuck", time.time_ns(), why=str(error))
        raise
    say("undone", time.time_ns())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
