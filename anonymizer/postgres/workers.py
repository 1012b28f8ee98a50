"""Processes that share a copy: each reads, masks and writes one chunk at a time, or gives an index back.

They start from a process that holds nothing, get what they need through a pipe, and end with their command.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.forkserver import ensure_running
from types import ModuleType

from anonymizer.postgres.tasks import Event, Failed, Setup, Task
from foundation.errors import Unavailable

_MOST = 4
_LONGEST = 75
_SHORT = "/tmp"  # noqa: S108 - multiprocessing makes a folder in it that only its owner may look into
_GONE = "run the same command again: it goes on where it stopped"


def how_many() -> int:
    """As many as there are processors: the servers' own processes take their share of them."""
    return max(2, min(_MOST, len(os.sched_getaffinity(0))))


def preload() -> None:
    """Starts what workers start from: it imports what they need while the command does so too."""
    _context()


def _context() -> ForkServerContext:
    """What workers start from, running."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["anonymizer.postgres.work", "anonymizer.kernels.ready"])
    with _room_for_a_socket():
        ensure_running()
    return context


@contextmanager
def _room_for_a_socket() -> Iterator[None]:
    """A folder whose name leaves room for that of a socket: of 107 bytes multiprocessing adds 32 to TMPDIR's.

    No row of anybody's comes into it.
    """
    usual = tempfile.gettempdir()
    if len(os.fsencode(usual)) > _LONGEST:
        tempfile.tempdir = _SHORT
    try:
        yield
    finally:
        tempfile.tempdir = usual


class Workers:
    """Runs tasks in several processes. What one of them fails with is raised here."""

    def __init__(self, processes: dict[Connection, ForkServerProcess]) -> None:
        self._processes = processes

    def prepare(self, setup: Setup) -> None:
        """Tells all of them what they need. Comes once, before any task."""
        for pipe in self._processes:
            self._send(pipe, setup)

    def run(self, tasks: Iterable[Task]) -> Iterator[Event]:
        """Runs all tasks, in any order at once; what happens meanwhile comes as it comes."""
        waiting, busy = deque(tasks), set[Connection]()
        idle = set(self._processes)
        while waiting or busy:
            while waiting and idle:
                pipe = idle.pop()
                self._send(pipe, waiting.popleft())
                busy.add(pipe)
            for ready in wait(list(busy)):
                assert isinstance(ready, Connection)
                event = self._received(ready)
                if event.ends_task:
                    busy.discard(ready)
                    idle.add(ready)
                yield event

    def _send(self, pipe: Connection, what: Task | Setup) -> None:
        try:
            pipe.send(what)
        except OSError:
            raise self._ended(pipe) from None

    def _received(self, pipe: Connection) -> Event:
        try:
            event: Event = pipe.recv()
        except (EOFError, OSError):
            raise self._ended(pipe) from None
        if isinstance(event, Failed):
            raise event.error()
        return event

    def _ended(self, pipe: Connection) -> Unavailable:
        process = self._processes[pipe]
        process.join(5)
        return Unavailable(f"a worker process ended (status {process.exitcode})", hint=_GONE)


@contextmanager
def running(setup: Setup, count: int) -> Iterator[Workers]:
    """Workers for as long as the block lasts. Raises Unavailable: one of them ended."""
    context = _context()
    processes: dict[Connection, ForkServerProcess] = {}
    try:
        with _without_main():
            for number in range(count):
                mine, process = _started(context, number)
                processes[mine] = process
        workers = Workers(processes)
        workers.prepare(setup)
        yield workers
    finally:
        for pipe, process in processes.items():
            pipe.close()
            process.terminate()
        for process in processes.values():
            process.join()


def _started(context: ForkServerContext, number: int) -> tuple[Connection, ForkServerProcess]:
    """A worker, and the pipe to it. Raises Unavailable: what workers start from ended meanwhile."""
    from anonymizer.postgres.work import work

    mine, its = context.Pipe()
    process = context.Process(target=work, args=(its,), name=f"anonymize-{number}", daemon=True)
    try:
        process.start()
    except (EOFError, OSError):
        mine.close()
        raise Unavailable("the process that workers start from ended", hint=_GONE) from None
    finally:
        its.close()
    return mine, process


@contextmanager
def _without_main() -> Iterator[None]:
    """Processes that start meanwhile import nothing of the program that was called."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
