"""Applies a function to blocks in several processes and gives the results in the blocks' order.

Workers are forked, so the key goes to them without being written anywhere; blocks travel as Arrow IPC.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import SimpleQueue

import pyarrow as pa

from foundation.errors import InputError, PeakproofError, Unavailable

# A function of (table's name, block). It raises only our errors.
Work = Callable[[str, pa.Table], pa.Table]
_AHEAD = 2  # blocks waiting for a worker


@dataclass(frozen=True, kw_only=True)
class Task:
    """A block to be worked on; `where` is how errors name its place."""

    table: str
    rows: pa.Table
    where: str


Pool = Callable[[Iterator[Task]], Iterator[pa.Table]]


@contextmanager
def pool(work: Work, workers: int) -> Iterator[Pool]:
    """What works on tasks: here, or in several processes. At most workers + 2 blocks are in memory."""
    if workers == 1:
        yield lambda tasks: (_here(work, task) for task in tasks)
        return
    with ExitStack() as stack:
        free: SimpleQueue[Connection] = SimpleQueue()
        for _ in range(workers):
            free.put(stack.enter_context(_worker(work)))
        threads = stack.enter_context(ThreadPoolExecutor(workers))
        yield lambda tasks: _in_order(tasks, threads, free, workers)


def _here(work: Work, task: Task) -> pa.Table:
    try:
        return work(task.table, task.rows)
    except PeakproofError as error:
        raise _placed(error, task.where) from None


def _in_order(
    tasks: Iterator[Task], threads: ThreadPoolExecutor, free: SimpleQueue[Connection], workers: int
) -> Iterator[pa.Table]:
    waiting: deque[Future[pa.Table]] = deque()
    try:
        for task in tasks:
            waiting.append(threads.submit(_there, task, free))
            if len(waiting) >= workers + _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def _there(task: Task, free: SimpleQueue[Connection]) -> pa.Table:
    """One worker masks the block; meanwhile this thread only waits."""
    worker = free.get()
    try:
        worker.send_bytes(task.table.encode())
        worker.send_bytes(_packed(task.rows))
        fine = worker.recv_bytes() == b"masked"
        answer = worker.recv_bytes()
    except (EOFError, OSError):
        hint = "it may have been killed for want of memory; run again with fewer workers"
        raise Unavailable("a worker process ended", where=task.where, hint=hint) from None
    finally:
        free.put(worker)
    if fine:
        return _unpacked(answer)
    what, where, hint = answer.decode().split("\0")
    raise _placed(InputError(what, where=where or None, hint=hint or None), task.where)


def _placed(error: PeakproofError, where: str) -> PeakproofError:
    return type(error)(error.what, where=", ".join(filter(None, (where, error.where))), hint=error.hint)


@contextmanager
def _worker(work: Work) -> Iterator[Connection]:
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe()
    process = fork.Process(target=_serve, args=(work, there, here), daemon=True)
    process.start()
    there.close()
    try:
        yield here
    finally:
        here.close()  # the worker ends when nobody asks any more
        process.join(timeout=5)
        process.kill()


def _serve(work: Work, asked: Connection, others: Connection) -> None:
    others.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command answers Ctrl-C and closes the pipe
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    while True:
        try:
            table = asked.recv_bytes().decode()
            block = _unpacked(asked.recv_bytes())
            _answer(work, asked, table, block)
        except (EOFError, OSError):
            return


def _answer(work: Work, asked: Connection, table: str, block: pa.Table) -> None:
    try:
        masked = _packed(work(table, block))
    except PeakproofError as error:
        asked.send_bytes(b"refused")
        asked.send_bytes("\0".join((error.what, error.where or "", error.hint or "")).encode())
    else:
        asked.send_bytes(b"masked")
        asked.send_bytes(masked)


def _packed(rows: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    return sink.getvalue()


def _unpacked(content: bytes) -> pa.Table:
    return pa.ipc.open_stream(content).read_all()
