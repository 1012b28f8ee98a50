"""The beats beside a load end when it does, also when all their timers come due in one turn of the loop."""

from __future__ import annotations

from tests.loadtests.generator.programs import told

# Within a turn the load ends, the rest of who writes the second is over, and the ledger has its turn.
PROGRAM = """
import json, time
from types import SimpleNamespace
import gevent.monkey
from loadtests.recording.counters import Counters
from loadtests.generator.beats import beating
from loadtests.recording.histograms import Histogram

flushed, written = [], []

def write(before):
    gevent.sleep(0.04)
    written.append(before)
    return Counters()

bench = SimpleNamespace(
    job=SimpleNamespace(main="look"),
    beginning=SimpleNamespace(monotonic=time.monotonic_ns() - 1_000_000_000),
    ledger=SimpleNamespace(flush=lambda: flushed.append(1)),
    recorder=SimpleNamespace(answered=lambda _: Histogram(), write=write, running=0),
)
with beating(bench, lambda _: None):
    gevent.sleep(0.01)
    gevent.spawn(gevent.monkey.get_original("time", "sleep"), 0.1)
    gevent.sleep(0.02)
print(json.dumps(written))
"""


def test_the_beats_end_with_the_load_also_when_the_loop_was_held_up() -> None:
    assert told(PROGRAM) == [1]
