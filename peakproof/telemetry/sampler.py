"""Looks into the environment once a second, in a thread of its own, while a load runs. Judges nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from environments.containers.usage import Group, Usage
from peakproof.telemetry import machine
from peakproof.telemetry.database import DatabaseWatch
from peakproof.telemetry.samples import NodeUse, Sample

EVERY = 1.0  # seconds
_SECOND = 1_000_000_000


class Sampler:
    """`start` when the load starts, `end` when it has ended; then there are `samples`, and what they cost."""

    def __init__(self, groups: Mapping[str, Group], database: DatabaseWatch) -> None:
        self._groups = groups
        self._database = database
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="telemetry", daemon=True)
        self._zero = 0
        self._samples: list[Sample] = []
        self._cost = 0.0

    @property
    def samples(self) -> tuple[Sample, ...]:
        return tuple(self._samples)

    @property
    def cost(self) -> float:
        """The share of a core that our own thread took."""
        return self._cost

    def start(self, started_at: int, guests: Mapping[str, Group]) -> None:
        """`started_at`: when the load started, ns since the epoch; `guests`: who came for it."""
        self._zero = started_at
        self._groups = {**self._groups, **guests}
        self._thread.start()

    def end(self) -> None:
        """Ends the sampling; it may never have begun."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._database.close()

    def _run(self) -> None:
        began, spent = time.monotonic(), time.thread_time()
        before = self._read()
        while not self._stop.wait(EVERY):
            after = self._read()
            self._samples.append(self._sample(before, after))
            before = after
        self._cost = (time.thread_time() - spent) / max(time.monotonic() - began, EVERY)

    def _read(self) -> tuple[float, machine.Counters, dict[str, Usage]]:
        found = {name: group.read() for name, group in self._groups.items()}
        usages = {name: usage for name, usage in found.items() if usage is not None}
        return time.monotonic(), machine.read(), usages

    def _sample(
        self,
        before: tuple[float, machine.Counters, dict[str, Usage]],
        after: tuple[float, machine.Counters, dict[str, Usage]],
    ) -> Sample:
        seconds = max(after[0] - before[0], 0.001)
        at = (time.time_ns() - self._zero) / _SECOND
        sessions, gauges = self._database.look()
        return Sample(
            at=at,
            nodes={
                name: node_use(before[2][name], usage, seconds)
                for name, usage in after[2].items()
                if name in before[2]
            },
            machine=machine.use(before[1], after[1], seconds),
            sessions=sessions,
            gauges=gauges,
        )


def node_use(before: Usage, after: Usage, seconds: float) -> NodeUse:
    """What a node used between two readings; a node that was started anew counts from zero."""
    spent = after.cpu - before.cpu if after.cpu >= before.cpu else after.cpu
    return NodeUse(
        cores=spent / _SECOND / seconds,
        memory=after.memory / after.memory_limit if after.memory_limit else None,
    )
