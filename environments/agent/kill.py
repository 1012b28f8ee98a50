"""A kill in force: SIGKILL, then wait, then start again. SIGTERM ends the wait, so it undoes at once.

Called as: kill.py CONTAINER SECONDS (0: until SIGTERM). Prints what it did with times, one JSON a line.
A target that does not run is missed, and is not started. Status 0 means that nothing is left to undo; the
reaper undoes what ended otherwise.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from types import FrameType
from urllib.parse import quote

from docker_socket import call, done


def say(what: str, at: int, **more: str) -> None:
    print(json.dumps({"at": at, "did": what, **more}), flush=True)


def main(target: str, seconds: float) -> None:
    told = threading.Event()

    def undo_now(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's arguments
        told.set()

    signal.signal(signal.SIGTERM, undo_now)
    struck = time.time_ns()  # before: the engine answers when the target has ended, up to a second later
    if not done("POST", f"/containers/{quote(target)}/kill", signal="SIGKILL"):
        say("missed", struck, why="it was not running")
        return
    say("applied", struck)
    told.wait(seconds or None)
    call("POST", f"/containers/{quote(target)}/start")
    say("undone", time.time_ns())


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
