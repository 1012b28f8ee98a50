"""A step's attempts: repeated within the budget, counted each, believed only where nothing stands against it.

The wire is a script here: what it is asked is what a connection would be asked.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest

from tests.loadtests.generator.programs import told

# An attempt is [status or error, seconds of Retry-After or null, whether a byte leaves]; "hang" never ends.
PROGRAM = """
import errno, json, sys
import json
from time import monotonic
import gevent
from loadtests.recording.counters import Counters
from loadtests.generator.alarm import Alarm
from loadtests.generator.attempts import Attempts
from loadtests.planning.job import Retry

class Wire:
    def __init__(self, script):
        self.script, self.sent, self.later, self.closed, self.moments = list(script), 0, None, 0, 0
        self.fields, self.alarm = (), Alarm()
    def close(self):
        self.closed += 1
    def exchange(self):
        assert (self.sent, self.later) == (0, None), "each attempt begins anew"
        what, self.later, leaves = self.script.pop(0)
        self.moments += 1
        self.sent = self.moments if leaves else 0
        if what == "hang":
            gevent.sleep(60)
        if isinstance(what, str):
            raise OSError(getattr(errno, what), what.lower())
        return what, b"body"

def made(case):
    wire, counters, draws = Wire(case["script"]), Counters(), []
    attempts = Attempts(wire=wire, exchange=wire.exchange, refusals=case["refusals"])
    budget = Retry(**case["budget"])
    began = monotonic()
    reply = attempts.made(budget, lambda: counters, lambda number: draws.append(number) or case["draw"])
    return {
        "status": reply.status, "meaning": reply.meaning.name, "problem": reply.problem, "shed": reply.shed,
        "reason": reply.reason, "count": attempts.count, "doubtful": attempts.doubtful, "draws": draws,
        "first": attempts.first_sent, "last": attempts.last_sent, "starved": attempts.starved,
        "answers": attempts.answers, "closed": wire.closed, "left": len(wire.script),
        "long": monotonic() - began > 15,
        "attempts": counters.attempts, "errors": counters.attempt_errors,
    }

print(json.dumps({name: made(case) for name, case in json.loads(sys.argv[1]).items()}))
"""
QUICK = {"attempts": 3, "deadline": 5, "timeout": 2, "first_pause": 0.001, "longest_pause": 0.002}


@dataclass(frozen=True)
class Case:
    """What the attempts come to, one by one; `expected` is what is made of them."""

    script: list[list[Any]]
    expected: dict[str, Any]
    budget: dict[str, float | None] = field(default_factory=dict)
    refusals: tuple[int, ...] = (409,)
    draw: float = 1.0


def answer(status: int, later: float | None = None) -> list[Any]:
    return [status, later, True]


def lost(error: str = "ECONNRESET") -> list[Any]:
    return [error, None, True]


UNSENT = ["ECONNREFUSED", None, False]
HANGS = ["hang", None, True]
CASES = {
    "a yes": Case(
        [answer(201)], {"status": 201, "meaning": "ACCEPTED", "count": 1, "errors": 0, "draws": []}
    ),
    "a no": Case([answer(409)], {"status": 409, "meaning": "REFUSED", "count": 1, "errors": 0}),
    "a no that the journey does not know": Case([answer(404)], {"meaning": "WRONG", "count": 1, "errors": 1}),
    "a failure is not repeated": Case(
        [answer(500), answer(201)], {"status": 500, "count": 1, "left": 1, "reason": "status 500"}
    ),
    "a gateway's is": Case(
        [answer(502), answer(504), answer(201)],
        {"status": 201, "count": 3, "errors": 2, "doubtful": True, "draws": [1, 2]},
    ),
    "the last of three is the answer": Case(
        [answer(503)] * 4,
        {"status": 503, "count": 3, "left": 1, "meaning": "WRONG", "attempts": 3, "errors": 3},
    ),
    "one attempt is one": Case([answer(503)] * 2, {"count": 1, "left": 1}, {"attempts": 1}),
    "a lost answer closes the connection": Case(
        [lost(), answer(201)],
        {"status": 201, "closed": 1, "doubtful": True, "answers": [[None, True], [201, False]]},
    ),
    "a no after a lost answer is none": Case(
        [lost(), answer(409)],
        {
            "status": 409,
            "meaning": "WRONG",
            "problem": "after an attempt without an answer",
            "reason": "status 409, after an attempt without an answer",
            "errors": 1,
        },
    ),
    "a no after one that was never sent is one": Case(
        [UNSENT, answer(409)], {"meaning": "REFUSED", "doubtful": False, "problem": ""}
    ),
    "a no after one that was told to come later is one": Case(
        [answer(429, 0.001), answer(409)], {"meaning": "REFUSED", "doubtful": False}
    ),
    "a no after a gateway's is none": Case([answer(502), answer(409)], {"meaning": "WRONG"}),
    "a failure after a lost answer stays what it is": Case(
        [lost(), answer(500)], {"meaning": "WRONG", "problem": "", "reason": "status 500"}
    ),
    "who sheds after a lost answer sheds": Case(
        [lost(), answer(429, 0.0), answer(429, 0.0)],
        {"shed": True, "reason": "status 429, shed", "doubtful": True},
    ),
    "503 with a time sheds": Case([answer(503, 0.0)] * 3, {"shed": True, "count": 3}),
    "503 without one does not": Case([answer(503)] * 3, {"shed": False, "count": 3}),
    "what is asked for beyond the budget is not waited for": Case(
        [answer(429, 60.0), answer(201)], {"count": 1, "left": 1, "shed": True}
    ),
    "nobody there": Case(
        [UNSENT] * 3, {"status": None, "first": 0, "last": 0, "problem": "econnrefused", "doubtful": False}
    ),
    "the first byte of the first that left": Case([UNSENT, lost(), answer(201)], {"first": 2, "last": 3}),
    "the last that left none": Case([lost(), lost(), UNSENT], {"first": 1, "last": 0, "doubtful": True}),
    "no port of this machine's": Case(
        [["EADDRNOTAVAIL", None, False], ["EMFILE", None, False], answer(201)], {"starved": 2, "status": 201}
    ),
    "an attempt's own time": Case(
        [HANGS, answer(201)], {"status": 201, "closed": 1, "doubtful": True}, {"timeout": 0.02}
    ),
    "an attempt's own time is told": Case(
        [HANGS], {"status": None, "problem": "no answer in 0.02 s"}, {"timeout": 0.02, "attempts": 1}
    ),
    "the budget's time is told": Case(
        [HANGS],
        {"status": None, "problem": "no answer before the budget ended", "long": False},
        {"deadline": 0.02, "timeout": 30},
    ),
    "as many as there is time for": Case(
        [answer(503)] * 50 + [answer(201)], {"count": 51}, {"attempts": None}
    ),
    "a pause that ends after the budget is not begun": Case(
        [answer(503), answer(201)], {"count": 1}, {"first_pause": 9, "longest_pause": 9}
    ),
    "a pause is drawn": Case(
        [answer(503), answer(201)], {"count": 2}, {"first_pause": 9, "longest_pause": 9}, draw=1e-4
    ),
}


@pytest.fixture(scope="module")
def found() -> Any:  # noqa: ANN401 - what the program prints
    """All cases in one process: starting it takes a second."""
    cases = {
        name: {**asdict(case), "budget": {**QUICK, **case.budget}, "expected": None}
        for name, case in CASES.items()
    }
    return told(PROGRAM, json.dumps(cases))


@pytest.mark.parametrize("name", CASES)
def test_attempts_come_to_what_is_known_of_them(found: dict[str, dict[str, Any]], name: str) -> None:
    expected = CASES[name].expected
    assert {key: found[name][key] for key in expected} == expected


@pytest.mark.parametrize("name", CASES)
def test_every_attempt_is_counted_once_with_its_answer(found: dict[str, dict[str, Any]], name: str) -> None:
    each = found[name]
    assert each["attempts"] == each["count"] == len(each["answers"])
    assert each["errors"] == sum(wrong for _, wrong in each["answers"])
    assert each["count"] + each["left"] == len(CASES[name].script)
