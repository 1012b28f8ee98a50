"""A web server that stalls on a known schedule, and the oracle: what every arrival must have waited there."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import time_ns

_SECOND = 1_000_000_000
# When the server began to stall, and when it went on; ns since the epoch.
Stall = tuple[int, int]


@contextmanager
def stalling(worker: int, every: float, length: float) -> Iterator[list[Stall]]:
    """Stops a process for `length` of `every` seconds until the block ends; the stalls as they were."""
    stalls: list[Stall] = []
    ended = threading.Event()
    thread = threading.Thread(target=_stall, args=(worker, every, length, stalls, ended))
    thread.start()
    try:
        yield stalls
    finally:
        ended.set()
        thread.join()


def _stall(worker: int, every: float, length: float, stalls: list[Stall], ended: threading.Event) -> None:
    while not ended.wait(every - length):
        began = time_ns()
        os.kill(worker, signal.SIGSTOP)
        ended.wait(length)
        os.kill(worker, signal.SIGCONT)
        stalls.append((began, time_ns()))


def worker_of(server: int) -> int:
    """The one worker of an nginx: the process that answers."""
    return int(Path(f"/proc/{server}/task/{server}/children").read_text().split()[0])


def waited(arrivals: Sequence[int], stalls: Sequence[Stall], steps: int, think: float) -> list[int]:
    """What each journey waits, ns: replayed arrival by arrival (ns since the epoch), the drain included.

    A step is answered at once, or at the end of the stall in which it comes; the next one is due after
    `think` seconds. Waiting only: the service time outside of stalls is taken to be nothing.
    """
    found = []
    for arrival in arrivals:
        due, total = arrival, 0
        for _ in range(steps):
            wait = next((end - due for began, end in stalls if began <= due < end), 0)
            total += wait
            due += wait + round(think * _SECOND)
        found.append(total)
    return found
