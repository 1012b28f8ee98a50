"""How a run is told to end, by whom, and what it makes of a listener who is gone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.loadtests.generator.programs import told

PROGRAM = """
import json, os, signal, sys
import gevent
from loadtests.generator.control import Control, obeying_signals, web_note
from loadtests.recording.progress import Note

def state(control):
    return [control(), control.on_purpose]

def after(*acts):
    control = Control(say=lambda event: None)
    for act in acts:
        getattr(control, act)()
    return state(control)

def telling(fails):
    said = []
    def say(event):
        if len(said) >= fails:
            raise BrokenPipeError
        said.append(event.text)
    control = Control(say=say)
    control.tell(Note(text="a"), Note(text="b"), Note(text="c"))
    return [said, *state(control)]

def signalled(number):
    control = obeying_signals()
    before = control()
    os.kill(os.getpid(), number)
    with gevent.Timeout(30):
        while not control():
            gevent.sleep(0.001)
    return [before, *state(control)]

print(json.dumps({
    "nobody": after(), "told": after("end"), "done": after("finish"),
    "told, then done": after("end", "finish"),
    "done, then told": after("finish", "end"), "done twice": after("finish", "finish"),
    "heard": telling(9), "hung up": telling(1), "never there": telling(0),
    "signals": [signalled(n) for n in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)],
    "note": web_note("http://127.0.0.1:8089").text,
}))
"""


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    states: dict[str, Any] = told(PROGRAM)
    return states


@pytest.mark.parametrize(
    ("acts", "ends", "on_purpose"),
    [
        ("nobody", False, False), ("told", True, False), ("done", True, True),
        ("told, then done", True, False), ("done, then told", True, True), ("done twice", True, True),
    ],
)  # fmt: skip
def test_whoever_is_first_says_whether_it_was_on_purpose(
    found: dict[str, Any], acts: str, *, ends: bool, on_purpose: bool
) -> None:
    assert found[acts] == [ends, on_purpose]


def test_where_nobody_listens_any_more_the_run_ends_and_says_no_more(found: dict[str, Any]) -> None:
    assert found["heard"] == [["a", "b", "c"], False, False]
    assert found["hung up"] == [["a"], True, False]
    assert found["never there"] == [[], True, False]


def test_every_signal_that_asks_for_an_end_ends_it(found: dict[str, Any]) -> None:
    assert found["signals"] == [[False, True, False]] * 3


def test_the_web_ui_is_told_with_its_address(found: dict[str, Any]) -> None:
    assert found["note"] == "Locust's web UI at http://127.0.0.1:8089, until the run ends"
