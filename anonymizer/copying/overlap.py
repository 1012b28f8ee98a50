"""An iterator that runs in a thread of its own, a little ahead of who uses it, whatever it carries."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from queue import Empty, Full, Queue
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
# An item, an error, or neither: the end.
_Entry = tuple[Item | None, BaseException | None]

_AHEAD = 4
_WORKERS = 2
_LOOK = 0.1  # seconds between looks at whether the other side has given up


def ahead(items: Iterator[Item], most: int = _AHEAD) -> Generator[Item, None, None]:
    """The items, made up to so many ahead. None ends it. Its errors are raised here.

    Close it when it is not used to its end: the thread then stops before the next item, and is waited for.
    """
    queue: Queue[_Entry[Item]] = Queue(most)
    stopped = threading.Event()
    thread = threading.Thread(target=_work, args=(items, queue, stopped), name="ahead", daemon=True)
    thread.start()
    try:
        while True:
            item, error = _taken(queue)
            if error is not None:
                raise error
            if item is None:
                return
            yield item
    finally:
        stopped.set()
        thread.join(timeout=10)


def _work(items: Iterator[Item], queue: Queue[_Entry[Item]], stopped: threading.Event) -> None:
    try:
        for item in items:
            _put(queue, (item, None), stopped)
            if stopped.is_set():
                break
        _put(queue, (None, None), stopped)
    except BaseException as error:  # noqa: BLE001  # it is raised again where the items are used
        _put(queue, (None, error), stopped)
    finally:
        # What the iterator holds (a COPY that is under way) ends in the thread that began it.
        if isinstance(items, Generator):
            items.close()


def _put(queue: Queue[_Entry[Item]], entry: _Entry[Item], stopped: threading.Event) -> None:
    while not stopped.is_set():
        try:
            return queue.put(entry, timeout=_LOOK)
        except Full:
            continue
    return None


def _taken(queue: Queue[_Entry[Item]]) -> _Entry[Item]:
    # With a time-out the wait can be interrupted by Ctrl-C.
    while True:
        try:
            return queue.get(timeout=_LOOK)
        except Empty:
            continue


def worked(function: Callable[[Item], Result], items: Iterator[Item], most: int = _AHEAD) -> Iterator[Result]:
    """The function's results in order: items are made in one thread, worked on in two, a few at a time.

    `most`: how many are made ahead of those that are worked on.
    """
    waiting: deque[Future[Result]] = deque()
    with closing(ahead(items, most)) as made, ThreadPoolExecutor(_WORKERS) as pool:
        try:
            for item in made:
                waiting.append(pool.submit(function, item))
                if len(waiting) > _WORKERS + 1:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            _cancel(waiting)


def _cancel(waiting: Iterable[Future[Result]]) -> None:
    for future in waiting:
        future.cancel()
