"""Which worker runs which test: two workers at once, and what needs the machine for itself alone, last.

`docker`: what shares one Docker Engine's names (environments, infra), one after the other, by one worker.
`quiet`:  what judges load; it starts when nothing else runs. Everything else goes, a file at a time, to
whichever worker has nothing left.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

DOCKER, QUIET = "docker", "quiet"
# Whose tests see each other's names on the engine. Elsewhere containers have names of their own.
_BY_NAME = ("environments", "infra")
_KEY = "peakproof/lanes"


def write(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    """Leaves the lane of every test in pytest's cache, for the scheduler; each worker writes the same."""
    assert config.cache is not None
    config.cache.set(_KEY, {item.nodeid: lane for item in items if (lane := lane_of(item))})


def lane_of(item: pytest.Item) -> str | None:
    """The lane that a test is bound to; None for one that can run beside the others."""
    if item.get_closest_marker("quiet"):
        return QUIET
    room = item.path.relative_to(item.config.rootpath / "tests").parts[0]
    return DOCKER if item.get_closest_marker("integration") and room in _BY_NAME else None


class Lanes:
    """Two workers; when both are through, the quiet tests run on the one that was through last.

    A scheduler of pytest-xdist. A worker keeps its last test until it is given more or told to end: so one is
    held at its last test until the other, told to end when no file is left, has ended.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._workers = int(config.getoption("numprocesses"))
        self._collected: dict[WorkerController, list[str]] = {}
        self._pending: dict[WorkerController, list[int]] = {}
        self._files: deque[list[int]] = deque()
        self._alone: list[int] | None = None
        self._ending: set[WorkerController] = set()

    @property
    def nodes(self) -> list[WorkerController]:
        return list(self._pending)

    @property
    def collection_is_completed(self) -> bool:
        return len(self._collected) >= self._workers

    @property
    def has_pending(self) -> bool:
        return bool(self._alone or self._files) or any(self._pending.values())

    @property
    def tests_finished(self) -> bool:
        return self._done and all(len(pending) < 2 for pending in self._pending.values())

    def add_node(self, node: WorkerController) -> None:
        self._pending[node] = []

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        self._collected[node] = list(collection)

    def schedule(self) -> None:
        """Hands out the first tests, once all workers have found the same ones."""
        if self._alone is not None:
            return
        first, *others = self._pending
        tests = self._collected[first]
        if any(self._collected[other] != tests for other in others):
            raise RuntimeError("the workers have not found the same tests in the same order")
        assert self._config.cache is not None
        bound: dict[str, str] = self._config.cache.get(_KEY, {})
        lanes: dict[str, list[int]] = {DOCKER: [], QUIET: [], "": []}
        for index, test in enumerate(tests):
            lanes[bound.get(test, "")].append(index)
        self._alone = lanes[QUIET]
        files = groupby(lanes[""], lambda index: tests[index].partition("::")[0])
        self._files = deque(list(file) for _, file in files)
        self._give(first, lanes[DOCKER])
        for node in self.nodes:
            self._refill(node)

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:  # noqa: ARG002 - xdist's signature
        self._pending[node].remove(item_index)
        self._refill(node)

    def mark_test_pending(self, item: str) -> None:
        raise NotImplementedError(f"a test cannot be run again here: {item}")

    def remove_pending_tests_from_node(self, node: WorkerController, indices: Sequence[int]) -> None:
        raise NotImplementedError("tests are not moved between lanes")

    def remove_node(self, node: WorkerController) -> str | None:
        """A worker has ended. Returns the test it died over, if it died."""
        left = self._pending.pop(node)
        if left:
            return self._collected[node][left[0]]
        for other in self.nodes:
            self._refill(other)
        return None

    @property
    def _done(self) -> bool:
        """Whether all was handed out and every worker told to end."""
        return self._alone is not None and self._ending >= self._pending.keys()

    def _refill(self, node: WorkerController) -> None:
        """More for a worker that has at most one test left, which it holds until then; or the word to end.

        The one that is through first is told to end; when it has, the other is given the quiet tests.
        """
        while self._files and len(self._pending[node]) < 2:
            self._give(node, self._files.popleft())
        if self._files or len(self._pending[node]) > 1 or node in self._ending:
            return
        others = self._pending.keys() - {node}
        if others and others <= self._ending:
            return
        if not others:
            self._give(node, self._alone or [])
            self._alone = []
        self._ending.add(node)
        node.shutdown()

    def _give(self, node: WorkerController, indices: list[int]) -> None:
        if indices:
            self._pending[node].extend(indices)
            node.send_runtest_some(indices)
