"""Applies a function to blocks in several processes and gives the results in the blocks' order.

Workers are forked, so the key goes to them without being written anywhere; blocks travel as Arrow IPC through
memory that both processes see, because a pipe of 64 KiB costs a fifth of the masking itself.
"""

from __future__ import annotations

import mmap
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from queue import SimpleQueue

import pyarrow as pa

from anonymizer.files.content import WrongRow
from foundation.errors import InputError, PeakproofError, Unavailable

# A function of (table's name, block). It raises only our errors.
Work = Callable[[str, pa.Table], pa.Table]
_AHEAD = 2  # blocks waiting for a worker
_AREA = 64 << 20  # larger blocks go through the pipe; memory that is not touched costs nothing


@dataclass(frozen=True, kw_only=True)
class Task:
    """A block of a file to be worked on, its place there as errors name it, and its first row's number."""

    table: str
    rows: pa.Table = field(repr=False)
    file: str
    where: str
    first: int


@dataclass(frozen=True, kw_only=True)
class _Line:
    """One end of the line between the command and a worker: words through the pipe, blocks through memory.

    What a worker gets stays in `asked` while it is worked on; what it gives, in one of the `answers`.
    """

    pipe: Connection
    asked: mmap.mmap
    answers: Sequence[mmap.mmap]

    def say(self, word: str) -> None:
        self.pipe.send_bytes(word.encode())

    def hear(self) -> str:
        return self.pipe.recv_bytes().decode()

    def send(self, rows: pa.Table, area: mmap.mmap) -> None:
        size = _packed_size(rows)
        fits = size <= _AREA
        self.say(str(size if fits else 0))
        if fits:
            _pack(rows, pa.FixedSizeBufferWriter(pa.py_buffer(area)))
            self.say("written")
        else:
            content = pa.BufferOutputStream()
            _pack(rows, content)
            self.pipe.send_bytes(content.getvalue())

    def receive(self, area: mmap.mmap) -> pa.Table:
        """The block where it is: it is valid until something else is put there."""
        size = int(self.hear())
        content = self.pipe.recv_bytes()
        return pa.ipc.open_stream(pa.py_buffer(area) if size else content).read_all()


Pool = Callable[[Iterator[Task]], Iterator[pa.Table]]


@contextmanager
def pool(work: Work, workers: int) -> Iterator[Pool]:
    """What works on tasks: here, or in several processes. At most workers + 2 blocks are in memory.

    A result is valid until the next one is asked for: then its memory is used again.
    """
    if workers == 1:
        yield lambda tasks: (_here(work, task) for task in tasks)
        return
    answers = [mmap.mmap(-1, _AREA) for _ in range(workers + _AHEAD)]  # shared with all children
    with ExitStack() as stack:
        free: SimpleQueue[_Line] = SimpleQueue()
        for _ in range(workers):
            free.put(stack.enter_context(_worker(work, answers)))
        threads = stack.enter_context(ThreadPoolExecutor(workers))
        yield lambda tasks: _in_order(tasks, threads, free, len(answers))


def _here(work: Work, task: Task) -> pa.Table:
    try:
        return work(task.table, task.rows)
    except PeakproofError as error:
        raise _placed(error, task) from None


def _in_order(
    tasks: Iterator[Task], threads: ThreadPoolExecutor, free: SimpleQueue[_Line], answers: int
) -> Iterator[pa.Table]:
    waiting: deque[Future[pa.Table]] = deque()
    try:
        for number, task in enumerate(tasks):
            # The answer of that many tasks ago was given out, and the next one was asked for since.
            waiting.append(threads.submit(_there, task, number % answers, free))
            if len(waiting) == answers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def _there(task: Task, answer: int, free: SimpleQueue[_Line]) -> pa.Table:
    """One worker masks the block; meanwhile this thread only waits."""
    line = free.get()
    try:
        line.say(task.table)
        line.say(str(answer))
        line.send(task.rows, line.asked)
        if line.hear() == "masked":
            return line.receive(line.answers[answer])
        what, where, hint, row = line.hear().split("\0")
    except (EOFError, OSError):
        hint = "it may have been killed for want of memory; run again with fewer workers"
        where = f"{task.file}, {task.where}"
        raise Unavailable("a worker process ended", where=where, hint=hint) from None
    finally:
        free.put(line)
    told = (
        WrongRow(what, int(row), where=where, hint=hint)
        if row
        else InputError(what, where=where or None, hint=hint or None)
    )
    raise _placed(told, task)


def _placed(error: PeakproofError, task: Task) -> PeakproofError:
    at = f"row {task.first + error.row}" if isinstance(error, WrongRow) else task.where
    kind = InputError if isinstance(error, WrongRow) else type(error)
    return kind(error.what, where=", ".join(filter(None, (task.file, at, error.where))), hint=error.hint)


@contextmanager
def _worker(work: Work, answers: Sequence[mmap.mmap]) -> Iterator[_Line]:
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe()
    asked = mmap.mmap(-1, _AREA)  # shared with the child
    line = _Line(pipe=there, asked=asked, answers=answers)
    process = fork.Process(target=_serve, args=(work, line, here), daemon=True)
    process.start()
    there.close()
    try:
        yield _Line(pipe=here, asked=asked, answers=answers)
    finally:
        here.close()  # the worker ends when nobody asks any more
        process.join(timeout=5)
        process.kill()


def _serve(work: Work, line: _Line, others: Connection) -> None:
    others.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command answers Ctrl-C and closes the pipe
    pa.set_cpu_count(1)
    while True:
        try:
            table, answer = line.hear(), line.answers[int(line.hear())]
            _answer(work, line, table, answer)
        except (EOFError, OSError):
            return


def _answer(work: Work, line: _Line, table: str, answer: mmap.mmap) -> None:
    block = line.receive(line.asked)
    try:
        masked = work(table, block)
    except PeakproofError as error:
        line.say("refused")
        row = str(error.row) if isinstance(error, WrongRow) else ""
        line.say("\0".join((error.what, error.where or "", error.hint or "", row)))
    else:
        line.say("masked")
        line.send(masked, answer)


def _packed_size(rows: pa.Table) -> int:
    counted = pa.MockOutputStream()
    _pack(rows, counted)
    return int(counted.size())


def _pack(rows: pa.Table, sink: pa.NativeFile) -> None:
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
