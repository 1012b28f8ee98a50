"""A request of a client is told by its event: when it was sent, how long it took, what was wrong."""

from __future__ import annotations

import json
import subprocess
import sys

# A process of its own: importing the generator patches the standard library for gevent.
PROGRAM = """
import json, sys
from time import monotonic_ns, time
from types import SimpleNamespace
from loadtests.generator.asked import asked

STARTS = {"two seconds ago": time() - 2, "none": None, "zero": 0.0, "words": "noon", "to come": time() + 60}

def event(**more):
    return {"request_type": "GET", "name": "/x", "response_time": 30.0, **more}

answer, error = SimpleNamespace(status_code=500), ValueError("500 for http://x/1")
wrong = asked("j/x", event(exception=error, response=answer))
told = {"problem": wrong.problem.kind, "well": asked("j/x", event()).problem}
for name, start in STARTS.items():
    found = asked("j/x", event(start_time=start))
    told[name] = [(monotonic_ns() - found.began) / 1e9, (found.done - found.began) / 1e9]
print(json.dumps(told))
"""


def test_a_request_is_told_by_its_event() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True
    )
    told = json.loads(done.stdout)
    assert told.pop("problem") == "j/x: status 500"
    assert told.pop("well") is None
    assert {took for _, took in told.values()} == {0.03}
    # Within a with-block the event comes later than the answer: what the block does is none of its time.
    assert 2 <= told.pop("two seconds ago")[0] < 4
    # A start that makes no sense is told by the time that it took.
    assert all(0.03 <= ago < 2 for ago, _ in told.values()), told
