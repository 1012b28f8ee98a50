"""What a recorder keeps of failures is bounded, and none of them goes uncounted."""

from __future__ import annotations

from loadtests.kinds import MOST, OTHERS
from tests.loadtests.generator.programs import told

PROGRAM = """
import json, sys, tempfile
from pathlib import Path
from loadtests.generator.recorder import Recorder

recorder = Recorder(Path(tempfile.mkdtemp()), give_way=lambda _: None)
names = [f"{first}{second}" for first in "abcdefghij" for second in "klmnopqrst"]
for second, name in enumerate([*names, names[0]]):
    recorder.failure("order", second * 1_000_000_000, ValueError(f"no tea called {name}"))
print(json.dumps({"kinds": recorder.kinds, "first": {k: f.second for k, f in recorder.failures.items()}}))
"""


def test_of_hundreds_of_kinds_of_failures_the_first_are_told_apart_and_all_are_counted() -> None:
    found = told(PROGRAM)
    assert found["kinds"].keys() == found["first"].keys()
    assert sum(found["kinds"].values()) == 101
    assert len(found["kinds"]) == MOST + 1
    assert found["kinds"][f"order: {OTHERS}"] == 100 - MOST
    assert found["first"][f"order: {OTHERS}"] == MOST
    assert found["kinds"]["order: ValueError: no tea called ak"] == 2, "a known kind stays one"
