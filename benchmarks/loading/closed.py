"""`python -m benchmarks.loading.closed KIND URL USERS SECONDS`: a closed loop; prints JSON.

Plain is Locust's FastHttpUser alone; clocks is a journey of ours with recorder, ledger, checks; bare and
session are one without cookies and JSON, and with both.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import partial
from itertools import count
from pathlib import Path
from time import monotonic_ns, process_time, time_ns

from loadtests.generator import Journey, locust  # first: it patches the standard library

# isort: split
import gevent
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment

from benchmarks.loading.journeys import Bare, Order, Session
from loadtests.generator.beats import quiet_collector
from loadtests.generator.bench import BenchEnvironment, bench
from loadtests.planning.arrivals import Arrival, Stream
from loadtests.planning.job import Job
from loadtests.planning.targets import pinned
from loadtests.recording.histograms import of

_SECOND = 1_000_000_000
JOURNEYS: Mapping[str, type[Journey]] = {"clocks": Order, "bare": Bare, "session": Session}
# Sends one order and returns when it is done.
Send = Callable[[], object]


def main() -> None:
    """Loops until the time is over; every user waits for its answer before it asks again."""
    kind, url, users, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    with tempfile.TemporaryDirectory() as folder:
        make = _plain(url) if kind == "plain" else _clocked(url, Path(folder), JOURNEYS[kind])
        times: list[int] = []
        sends = [make() for _ in range(users)]  # who logs in does so before the clock runs
        end, before = monotonic_ns() + round(seconds * _SECOND), process_time()
        loops = [gevent.spawn(_loop, send, end, times) for send in sends]
        with nullcontext() if kind == "plain" else quiet_collector():  # as in a load of ours
            gevent.joinall(loops)
        worked = process_time() - before
    found = of(times)
    sys.stdout.write(
        json.dumps(
            {
                "rate": len(times) / seconds,
                "a_processor": len(times) / worked,
                "p99_ms": found.percentile(99) / 1e6,
                "p999_ms": found.percentile(99.9) / 1e6,
                "locust": locust.__version__,
            }
        )
    )


def _loop(send: Send, end: int, times: list[int]) -> None:
    while (began := monotonic_ns()) < end:
        send()
        times.append(monotonic_ns() - began)


def _plain(url: str) -> Callable[[], Send]:
    class Plain(FastHttpUser):
        host = url

    environment = Environment(host=url)
    body = {"quantity": 7}
    return lambda: partial(Plain(environment).client.post, "/orders", json=body)


def _clocked(url: str, folder: Path, journey: type[Journey]) -> Callable[[], Send]:
    name = journey.journey
    job = Job(
        run="closed", target=url, journeys="", streams=(Stream(journey=name),), rate=1, duration=1, seed=7,
        output=str(folder),
    )  # fmt: skip
    here = bench(job, folder, pinned(url))
    here.begin(time_ns())
    environment, numbers = BenchEnvironment(here), count()

    def one(user: Journey) -> None:
        number = next(numbers)
        user.serve(Arrival(index=number, journey=name, number=number, offset=0), monotonic_ns())

    def begun() -> Send:
        user = journey(environment)
        user.begin()
        return partial(one, user)

    return begun


if __name__ == "__main__":
    main()
