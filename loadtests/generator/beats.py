"""What happens beside the load: outcomes are handed to the system, and each second is written and told."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic_ns, process_time

import gevent
from gevent.event import Event

from loadtests.generator.bench import Bench
from loadtests.generator.limits import give_way
from loadtests.progress import Progress

_SECOND = 1_000_000_000
_FLUSH = 0.05  # seconds at most that an outcome waits to be written


@contextmanager
def beating(bench: Bench, tell: Callable[[Progress], None]) -> Iterator[None]:
    """Keeps the beats while the load runs; `tell` is called each second."""
    ended = Event()
    beats = [
        gevent.spawn(_flush_ledger, bench, ended),
        gevent.spawn(_every_second, bench, tell, ended),
    ]
    try:
        yield
    finally:
        ended.set()
        gevent.joinall(beats)  # never killed: one that writes would lose what it holds


@contextmanager
def quiet_collector() -> Iterator[None]:
    """Garbage is collected each second, and only what the load has made: what was there before is frozen."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def _flush_ledger(bench: Bench, ended: Event) -> None:
    while not ended.wait(_FLUSH):
        bench.ledger.flush()


def _every_second(bench: Bench, tell: Callable[[Progress], None], ended: Event) -> None:
    started, second, worked = bench.beginning.monotonic, 1, process_time()
    while not ended.wait(max(started + second * _SECOND - monotonic_ns(), 0) / _SECOND):
        latest = bench.recorder.snapshot(second - 1, bench.job.main)
        seen = bench.recorder.write(before=second)
        gc.collect()
        give_way(process_time() - worked)
        worked = process_time()
        tell(
            Progress(
                second=second,
                wanted=seen.wanted,
                reached=seen.dispatched,
                in_flight=bench.recorder.running,
                p50_ms=latest.percentile(50) / 1e6,
                p99_ms=latest.percentile(99) / 1e6,
                errors=seen.errors,
                attempt_errors=seen.attempt_errors,
                turned_away=seen.turned_away,
                attempts=seen.attempts,
            )
        )
        second += 1
