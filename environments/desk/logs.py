"""Nodes' logs: the ends of several, in order of time, and what they say from now on. Changes nothing."""

from __future__ import annotations

import contextlib
import heapq
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from docker.errors import NotFound
from docker.models.containers import Container

from environments.docker_errors import mapped
from environments.nodes import Lifecycle
from foundation.errors import PeakproofError

_AGAIN = 0.5  # seconds after which a node that is down is looked at again


@dataclass(frozen=True, kw_only=True, order=True)
class Line:
    """One line of a node's log; `at` as the engine writes it (RFC 3339, nine digits), so that it sorts."""

    at: str
    node: str = field(compare=False)
    text: str = field(compare=False)


def tails(nodes: Mapping[str, Container], count: int) -> list[Line]:
    """The last lines of each node, all in order of time."""
    with mapped("reading logs"):
        return merged(
            _lines(name, [container.logs(tail=count, timestamps=True)]) for name, container in nodes.items()
        )


def merged(logs: Iterable[Iterable[Line]]) -> list[Line]:
    """Lines of several nodes in order of time; each node's stay in theirs. Pure."""
    return list(heapq.merge(*logs))


def prefixed(nodes: Sequence[str]) -> Callable[[Line], str]:
    """How lines are shown: with the node before them where there are several."""
    if len(nodes) == 1:
        return lambda line: line.text
    width = max(map(len, nodes))
    return lambda line: f"{line.node:<{width}} | {line.text}"


def split(chunks: Iterable[bytes]) -> Iterator[str]:
    """Whole lines out of what comes in pieces; a last one without an end counts. Pure."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line.decode(errors="replace") for line in lines)
    if rest:
        yield rest.decode(errors="replace")


class Following:
    """What nodes say from now on, each line whole, until all of them are gone or `stop` is called.

    A node that is started again, after a fault or a restart, is heard again.
    """

    def __init__(
        self, nodes: Mapping[str, tuple[Container, Lifecycle]], write: Callable[[Line], None]
    ) -> None:
        self._nodes = nodes
        self._write = write
        self._writing = threading.Lock()
        self._over = threading.Event()
        self._failures: list[Exception] = []

    def run(self, after: Mapping[str, str]) -> None:
        """Hears every node; of one in `after`, what came later than that. Raises what made it impossible."""
        threads = [
            threading.Thread(target=self._follow, args=(name, after.get(name, "")), daemon=True)
            for name in self._nodes
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive() and not self._over.is_set():
                thread.join(_AGAIN)
        if self._failures:
            raise self._failures[0]

    def stop(self) -> None:
        """Nothing is written any more when this returns."""
        with self._writing:
            self._over.set()

    def _follow(self, name: str, last: str) -> None:
        try:
            # What is gone has nothing to say.
            with mapped(f"following {name}"), contextlib.suppress(NotFound):
                self._hear(name, last)
        except (PeakproofError, OSError) as error:  # an OSError is that of whoever writes
            self._failures.append(error)
            self.stop()

    def _hear(self, name: str, last: str) -> None:
        container, lifecycle = self._nodes[name]
        while not self._over.is_set():
            for line in _later(name, container, last):
                self._told(line)
                last = line.at
            if lifecycle is Lifecycle.ONCE:
                return
            self._until_it_runs(container)

    def _told(self, line: Line) -> None:
        with self._writing:
            if not self._over.is_set():
                self._write(line)

    def _until_it_runs(self, container: Container) -> None:
        """Raises NotFound when it is gone."""
        container.reload()
        while container.status != "running" and not self._over.wait(_AGAIN):
            container.reload()


def _later(name: str, container: Container, last: str) -> Iterator[Line]:
    """What a node says after that time, for as long as it runs."""
    since = datetime.fromisoformat(f"{last[:19]}+00:00") if last else None
    chunks = container.logs(stream=True, follow=True, timestamps=True, since=since)
    return (line for line in _lines(name, chunks) if line.at > last)


def _lines(node: str, chunks: Iterable[bytes]) -> Iterator[Line]:
    for written in split(chunks):
        at, _, text = written.partition(" ")
        yield Line(at=at, node=node, text=text)
