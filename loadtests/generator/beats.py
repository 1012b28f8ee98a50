"""What happens beside the load: outcomes are handed to the system, and each second is written and told."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic_ns, process_time

import gevent
from gevent.event import Event

from loadtests.generator.bench import Bench
from loadtests.generator.limits import give_way
from loadtests.recording.histograms import Histogram, merged, of
from loadtests.recording.progress import Progress

_SECOND = 1_000_000_000
_FLUSH = 0.05  # seconds at most that an outcome waits to be written


def _nobody(_: int) -> Sequence[int]:
    return ()


# How old the main journeys are that are in flight at a monotonic ns, in ns without what is in no clock.
Ages = Callable[[int], Sequence[int]]


@contextmanager
def beating(bench: Bench, tell: Callable[[Progress], None], ages: Ages = _nobody) -> Iterator[None]:
    """Keeps the beats while the load runs; `tell` is called each second."""
    # One event for each: where several wait for one, whose time is up takes the call of whom has just come
    # (gevent 26.9, AbstractLinkable.unlink stops the notifier), and nobody wakes him any more.
    flushing, telling = Event(), Event()
    beats = [
        gevent.spawn(_flush_ledger, bench, flushing),
        gevent.spawn(_every_second, bench, tell, ages, telling),
    ]
    try:
        yield
    finally:
        flushing.set()
        telling.set()
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


def _every_second(bench: Bench, tell: Callable[[Progress], None], ages: Ages, ended: Event) -> None:
    started, second, worked = bench.beginning.monotonic, 1, process_time()
    while not ended.wait(max(started + second * _SECOND - monotonic_ns(), 0) / _SECOND):
        answered, waiting = bench.recorder.answered(bench.job.main), of(ages(monotonic_ns()))
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
                p50_ms=_percentile(answered, waiting, 50),
                p99_ms=_percentile(answered, waiting, 99),
                errors=seen.errors,
                attempt_errors=seen.attempt_errors,
                turned_away=seen.turned_away,
                attempts=seen.attempts,
                shed=seen.shed,
            )
        )
        second += 1


def _percentile(answered: Histogram, waiting: Histogram, quantile: float) -> float | None:
    """In ms; None of nothing. Both are true at least: of what was answered, and with all that still waits."""
    if not (answered.counts or waiting.counts):
        return None
    together = merged((answered, waiting))
    return max(answered.percentile(quantile), together.percentile(quantile)) / 1e6
